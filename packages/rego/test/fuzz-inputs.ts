/** A generator of numbers below `bound`, the same for the same seed. */
export function seededRandom(seed: number): (bound: number) => number {
  let state = seed >>> 0 || 1;
  return (bound) => {
    // xorshift32
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % bound;
  };
}

const fragments = [
  'package a',
  'package a.b["c"]',
  'import rego.v1',
  'import data.x as y',
  'import future.keywords.in',
  'p',
  'q',
  'x',
  '_',
  'input',
  'data',
  'f',
  'if',
  'else',
  'contains',
  'default',
  'not',
  'some',
  'every',
  'in',
  'with',
  'as',
  'null',
  'true',
  'false',
  '0',
  '1',
  '-1',
  '1.5e3',
  '.5',
  '01',
  '9007199254740993',
  '1e99999',
  '"s"',
  '"\\u00e9\\n"',
  '"\\q"',
  '"open',
  '`raw\nraw`',
  '`open',
  '$"t {x} t"',
  '$`t {x}`',
  '$"{',
  'é',
  '😀',
  '\ufeff',
  '\0',
  '[',
  ']',
  '{',
  '}',
  '(',
  ')',
  ',',
  ';',
  ':',
  ':=',
  '=',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  '+',
  '-',
  '*',
  '/',
  '%',
  '&',
  '|',
  '.',
  '!',
  '$',
  '@',
  '#',
  '# METADATA\n# title: x',
  '\n',
  '\n\n',
  '\t',
  ' ',
  '\r\n',
  '[x | x = 1]',
  '{x: y | z}',
  '{1, 2}',
  'set()',
  'f(x)',
  'a.b[c].d',
  'x in xs',
  'x, y in xs',
  'p := 1',
  'p contains x if {',
  '} else := 2 if {',
  'walk(x, [p, v])',
];

const seeds = [
  `package a

import data.lib as l

# METADATA
# title: A rule
# custom:
#   since: 2024-1-1
p contains x if {
	some k, v in input.items
	every i in v { i.n > 0; not i.skip }
	x := sprintf("%s %d", [k, count(v)])
}

r.s if not input.x # beside
`,
  `package b.c

default f(_) := {"a": [1, 2.5e3, -3], "b": {1, 2}}

f(x) := y if { y := x + 1 * 2 - (3 / 4) % 5 } else := z if z := l.g(x)[0].h
q[a].b[c] := [k | some k; input[k] == a | {c}] with input.x as 1 with data.y as f
r := $"{input.name} is {1 + 2} \\{"
`,
  `package v0

p[x] { x = input[_]; not x == 1 }
p { true } { false } else = 3 { input.a[i][j] >= l[i] }
`,
];

/** One hostile text: random fragments, a mutated module, or deep nesting. */
export function fuzzInput(random: (bound: number) => number): string {
  const kind = random(10);
  if (kind < 4) return fragmentText(random);
  if (kind < 9) return mutated(random);
  return nested(random);
}

function pick(random: (bound: number) => number, list: readonly string[]): string {
  return list[random(list.length)]!;
}

function fragmentText(random: (bound: number) => number): string {
  let text = random(3) === 0 ? '' : 'package a\n';
  for (let left = random(40); left > 0; left -= 1) {
    text += pick(random, fragments) + (random(3) === 0 ? '' : ' ');
  }
  return text;
}

function mutated(random: (bound: number) => number): string {
  let text = pick(random, seeds);
  for (let left = 1 + random(random(2) === 0 ? 2 : 6); left > 0; left -= 1) {
    const at = random(text.length + 1);
    const length = random(12);
    switch (random(4)) {
      case 0:
        text = text.slice(0, at) + text.slice(at + length);
        break;
      case 1:
        text = text.slice(0, at) + pick(random, fragments) + text.slice(at);
        break;
      case 2:
        text = text.slice(0, at) + text.slice(at, at + length).repeat(1 + random(4)) + text.slice(at);
        break;
      default:
        text =
          text.slice(0, at) +
          String.fromCharCode(random(random(2) === 0 ? 128 : 0x10000)) +
          text.slice(at + 1);
    }
  }
  return text;
}

const openings = [
  '[',
  '{',
  '(',
  '{"a":',
  'f(',
  '[x | y = ',
  '{x | y = ',
  '-',
  'not ',
  '$"{',
  'a[',
  '1 + (',
  '{a | ',
  'every x in [',
];

function nested(random: (bound: number) => number): string {
  const opening = pick(random, openings);
  const other = pick(random, openings);
  const depth = random(random(4) === 0 ? 20_000 : 60);
  const closing = random(2) === 0 ? '' : ']'.repeat(depth);
  return `package a\np := ${opening.repeat(depth)}${other.repeat(random(20))}1${closing}\nq if ${'x | '.repeat(random(50))}`;
}
