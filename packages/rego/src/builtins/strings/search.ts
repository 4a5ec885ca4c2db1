import { RegoSet } from '../../values/rego-set.ts';
import type { Value } from '../../values/value.ts';
import type { Builtin } from '../builtin.ts';
import { countCharacters } from '../collections/aggregates.ts';
import { fault, operandElement, operandType, stringOperand } from '../operands.ts';
import { arrayOf, boolean, number, oneOf, setOf, string } from '../types.ts';

const categories = ['strings'];
const texts = oneOf(string, arrayOf(string), setOf(string));

function test(name: string, description: string, holds: (text: string, part: string) => boolean): Builtin {
  return {
    name,
    description,
    categories,
    args: [string, string],
    result: boolean,
    call: ([a, b]) => holds(stringOperand(a, 1), stringOperand(b, 2)),
  };
}

/** A string, or the strings of a collection. */
function textsOperand(value: Value, position: number): readonly string[] {
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value) && !(value instanceof RegoSet)) {
    throw operandType(position, value, 'string', 'set', 'array');
  }
  const members: readonly Value[] = value instanceof RegoSet ? value.values() : value;
  for (const member of members) {
    if (typeof member !== 'string') throw operandElement(position, value, member, 'string');
  }
  return members as readonly string[];
}

/** Whether any of the texts begins (or ends) with any of the parts: one lookup for each length that a part has. */
function anyMatches(
  texts: readonly string[],
  parts: readonly string[],
  cut: (text: string, length: number) => string,
): boolean {
  const known = new Set(parts);
  const lengths = [...new Set(parts.map((part) => part.length))];
  return texts.some((text) =>
    lengths.some((length) => length <= text.length && known.has(cut(text, length))),
  );
}

function anyMatch(name: string, where: string, cut: (text: string, length: number) => string): Builtin {
  return {
    name,
    description: `Whether any of the first strings ${where} with any of the second ones.`,
    categories,
    args: [texts, texts],
    result: boolean,
    call([a, b]) {
      const first = textsOperand(a!, 1);
      return anyMatches(first, textsOperand(b!, 2), cut);
    },
  };
}

/** Where the part is, in characters; -1 when it is not. */
function indexOf(text: string, part: string): number {
  const at = text.indexOf(part);
  return at <= 0 ? at : countCharacters(text.slice(0, at));
}

function indexesOf(text: string, part: string): number[] {
  const indexes: number[] = [];
  let counted = 0;
  let characters = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) {
    characters += countCharacters(text.slice(counted, at));
    counted = at;
    indexes.push(characters);
  }
  return indexes;
}

function needle(value: Value | undefined): string {
  const part = stringOperand(value, 2);
  if (part === '') throw fault('empty search character');
  return part;
}

export const searchBuiltins: readonly Builtin[] = [
  test('contains', 'Whether one string holds another.', (text, part) => text.includes(part)),
  test('startswith', 'Whether a string begins with another.', (text, part) => text.startsWith(part)),
  test('endswith', 'Whether a string ends with another.', (text, part) => text.endsWith(part)),
  anyMatch('strings.any_prefix_match', 'begins', (text, length) => text.slice(0, length)),
  anyMatch('strings.any_suffix_match', 'ends', (text, length) => text.slice(text.length - length)),
  {
    name: 'indexof',
    description: 'Where a string first occurs in another, counted in characters from 0; -1 when it does not.',
    categories,
    args: [string, string],
    result: number,
    call: ([a, b]) => indexOf(stringOperand(a, 1), needle(b)),
  },
  {
    name: 'indexof_n',
    description: 'Every place where a string occurs in another, counted in characters from 0.',
    categories,
    args: [string, string],
    result: arrayOf(number),
    call: ([a, b]) => indexesOf(stringOperand(a, 1), needle(b)),
  },
  {
    name: 'strings.count',
    description: 'How often a string occurs in another without overlaps.',
    categories,
    args: [string, string],
    result: number,
    call([a, b]) {
      const text = stringOperand(a, 1);
      const part = stringOperand(b, 2);
      return part === '' ? countCharacters(text) + 1 : text.split(part).length - 1;
    },
  },
];
