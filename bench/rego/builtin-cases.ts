import { type Family, fields, test, times } from './shape.ts';

/** Letters that look random and are the same every time. */
function word(length: number, seed: number, alphabet: string): string {
  let state = (seed + 1) * 2654435761;
  return times(length, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return alphabet[(state >>> 16) % alphabet.length];
  }).join('');
}

/** Builtins over collections and texts. */
export const builtinFamilies: Family[] = [
  [
    'object.subset',
    [10, 1000, 10_000],
    (size) => {
      const all = fields(size, (i) => String(i * 2));
      const even = Object.fromEntries(Object.entries(all).filter(([key]) => Number(key) % 2 === 0));
      return {
        policy: test('main if object.subset(data.all, data.even)'),
        query: 'data.test.main = answer',
        data: { all, even },
        floor: () => Object.entries(even).every(([key, value]) => all[key] === value),
      };
    },
  ],
  [
    'subset by walk',
    [10, 1000],
    (size) => ({
      policy: test(`matches contains match if {
	[path, value] := walk(data.even)
	not is_object(value)
	match := object.get(data.all, path, null) == value
}

main if matches == {true}`),
      query: 'data.test.main = answer',
      data: {
        all: fields(size, (i) => String(i * 2)),
        even: Object.fromEntries(times(size >> 1, (i) => [String(i * 2), String(i * 4)])),
      },
    }),
  ],
  [
    'glob.match',
    [10, 100, 1000],
    (size) => {
      const words = times(size, (i) => word(32, i, i % 2 === 0 ? 'abcd' : 'abcdx'));
      return {
        policy: test(`main := [count(a), count(b), count(c)] if {
	a := {w | some w in data.words; glob.match(data.start, [], w)}
	b := {w | some w in data.words; glob.match("*x*", [], w)}
	c := {w | some w in data.words; glob.match("*y*", [], w)}
}`),
        query: 'data.test.main = answer',
        data: { words, start: `${words[size >> 1]!.slice(0, 16)}*` },
      };
    },
  ],
  [
    'regex.match',
    [10, 1000],
    (size) => ({
      policy: test(
        `main := count({w | some w in data.words; regex.match("^[a-c]+x(ab|cd)*[0-9]{2,4}$", w)})`,
      ),
      query: 'data.test.main = answer',
      data: { words: times(size, (i) => `${word(12, i, 'abc')}xabcd${i}`) },
    }),
  ],
  [
    'member with key of 100,000',
    [100_000],
    (size) => ({
      policy: test('main if "key99", "value99" in data.values'),
      query: 'data.test.main = answer',
      data: { values: fields(size, (i) => `value${i}`, 'key') },
    }),
  ],
  [
    'object.get of 100,000',
    [100_000],
    (size) => ({
      policy: test('main if object.get(data.values, "key99", false) == "value99"'),
      query: 'data.test.main = answer',
      data: { values: fields(size, (i) => `value${i}`, 'key') },
    }),
  ],
  [
    'intersection',
    [10, 100],
    (size) => ({
      policy: test('main := intersection({s | some l in data.lists; s := {x | some x in l}})'),
      query: 'data.test.main = answer',
      data: { lists: times(size, (i) => times(size, (j) => i + j)) },
    }),
  ],
  [
    'union',
    [10, 100],
    (size) => ({
      policy: test('main := count(union({s | some l in data.lists; s := {x | some x in l}}))'),
      query: 'data.test.main = answer',
      data: { lists: times(size, (i) => times(size, (j) => i * size + j)) },
    }),
  ],
  [
    'object.union_n',
    [10, 100],
    (size) => ({
      policy: test('main := count(object.union_n(data.objects))'),
      query: 'data.test.main = answer',
      data: { objects: times(size, (i) => fields(size, (j) => j, `k${i}-`)) },
    }),
  ],
  [
    'json.patch',
    [10, 1000],
    (size) => ({
      policy: test('main := count(json.patch(data.object, data.patches))'),
      query: 'data.test.main = answer',
      data: {
        object: fields(size, (i) => i),
        patches: times(size, (i) => ({ op: 'add', path: `/${size + i}`, value: i })),
      },
    }),
  ],
  [
    'startswith, all with all',
    [100],
    (size) => ({
      policy: test(
        'default main := false\n\nmain if { some s in data.strings; some p in data.prefixes; startswith(s, p) }',
      ),
      query: 'data.test.main = answer',
      data: {
        strings: times(size, (i) => `some-long-text-${i}`),
        prefixes: times(size, (i) => `some-long-text-x${i}`),
      },
    }),
  ],
  [
    'strings.any_prefix_match',
    [1000],
    (size) => ({
      policy: test('default main := false\n\nmain if strings.any_prefix_match(data.strings, data.prefixes)'),
      query: 'data.test.main = answer',
      data: {
        strings: times(size, (i) => `some-long-text-${i}`),
        prefixes: times(size, (i) => `some-long-text-x${i}`),
      },
    }),
  ],
  [
    'text: split, lower, trim, sprintf, concat',
    [100],
    (size) => ({
      policy: test(`main := concat(",", [t |
	some line in data.lines
	parts := split(line, " ")
	t := sprintf("%s=%d", [lower(trim_space(parts[1])), count(parts)])
])`),
      query: 'data.test.main = answer',
      data: { lines: times(size, (i) => `line Number-${i} of many`) },
    }),
  ],
  [
    'arithmetic and sums',
    [1000],
    (size) => ({
      policy: test('main := sum([y | some x in data.numbers; x % 3 == 0; y := (x * x) - 1])'),
      query: 'data.test.main = answer',
      data: { numbers: times(size, (i) => i) },
    }),
  ],
];
