import { compareStrings } from '../../values/compare.ts';
import { numberText } from '../../values/numbers.ts';
import { RegoObject } from '../../values/rego-object.ts';
import type { RegoNumber, Value } from '../../values/value.ts';
import { bytesOf, textOf } from '../encoding/bytes.ts';
import { escapeQuery } from '../encoding/urlquery.ts';
import { formatFloat } from '../sprintf/float-format.ts';
import { sprintf } from '../sprintf/sprintf.ts';

/** A number of the data: Go has it as `json.Number`, a kind of string. */
export class DataNumber {
  readonly number: RegoNumber;

  constructor(number: RegoNumber) {
    this.number = number;
  }
}

/** What a pipeline may yield: data, with its numbers apart from those of the template (bigints and doubles). */
export type Datum = string | boolean | bigint | number | null | DataNumber | readonly Value[] | RegoObject;

/** A function that refuses its arguments, without where it was called. */
export class FunctionError extends Error {}

export function datumOf(value: Value): Datum {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (Array.isArray(value) || value instanceof RegoObject) return value;
  return new DataNumber(value as RegoNumber);
}

/** As `fmt.Sprint` writes it. */
export function textOfDatum(datum: Datum, inside = false): string {
  if (typeof datum === 'string') return datum;
  if (datum === null) return inside ? '<nil>' : '<no value>';
  if (datum instanceof DataNumber) return numberText(datum.number);
  if (typeof datum === 'number') return formatFloat(datum, 'g', -1);
  if (Array.isArray(datum)) return `[${datum.map((item) => textOfDatum(datumOf(item), true)).join(' ')}]`;
  if (datum instanceof RegoObject) {
    const members = [...datum.entries()].map(
      ([key, value]) => `${textOfDatum(datumOf(key), true)}:${textOfDatum(datumOf(value), true)}`,
    );
    return `map[${members.join(' ')}]`;
  }
  return String(datum);
}

export function isTrue(datum: Datum): boolean {
  if (datum === null) return false;
  if (datum instanceof DataNumber) return true;
  if (datum instanceof RegoObject) return datum.size > 0;
  if (Array.isArray(datum)) return datum.length > 0;
  return Boolean(datum);
}

/** The string of a string or of a number of the data. */
function stringOf(datum: Datum): string | undefined {
  if (datum instanceof DataNumber) return numberText(datum.number);
  return typeof datum === 'string' ? datum : undefined;
}

function equalTo(a: Datum, b: Datum): boolean {
  if (a === null || b === null) return a === b;
  const [left, right] = [stringOf(a), stringOf(b)];
  if (left !== undefined && right !== undefined) return left === right;
  if (typeof a !== typeof b || left !== undefined || right !== undefined) {
    throw new FunctionError('incompatible types for comparison');
  }
  if (typeof a === 'object') throw new FunctionError('non-comparable type');
  return a === b;
}

function equalToAny([a, ...others]: readonly Datum[]): boolean {
  if (others.length === 0) throw new FunctionError('missing argument for comparison');
  return others.some((b) => equalTo(a as Datum, b));
}

function compare(a: Datum, b: Datum): number {
  const [left, right] = [stringOf(a), stringOf(b)];
  if (left !== undefined && right !== undefined) return compareStrings(left, right);
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const basic = (datum: Datum) => stringOf(datum) !== undefined || /bigint|number/.test(typeof datum);
  if (!basic(a) || !basic(b)) throw new FunctionError('invalid type for comparison');
  throw new FunctionError('incompatible types for comparison');
}

function lengthOf(datum: Datum | undefined): bigint {
  if (datum instanceof RegoObject) return BigInt(datum.size);
  if (Array.isArray(datum)) return BigInt(datum.length);
  const text = stringOf(datum as Datum);
  if (text === undefined)
    throw new FunctionError(
      datum === null ? 'len of nil pointer' : `len of type ${typeName(datum as Datum)}`,
    );
  return BigInt(bytesOf(text).length);
}

function position(index: Datum, length: number): number {
  if (typeof index !== 'bigint') {
    throw new FunctionError(`cannot index slice/array with type ${typeName(index)}`);
  }
  if (index < 0n || index > BigInt(length)) throw new FunctionError(`index out of range: ${index}`);
  return Number(index);
}

function indexInto(item: Datum, keys: readonly Datum[]): Datum {
  let datum = item;
  for (const key of keys) {
    if (datum instanceof RegoObject) {
      const name = stringOf(key);
      if (typeof key !== 'string' || name === undefined) {
        throw new FunctionError(`value has type ${typeName(key)}; should be string`);
      }
      datum = datumOf(datum.get(name) ?? null);
    } else if (Array.isArray(datum)) {
      const at = position(key, datum.length);
      if (at === datum.length) throw new FunctionError(`index out of range: ${at}`);
      datum = datumOf(datum[at] as Value);
    } else {
      const text = stringOf(datum);
      if (text === undefined) {
        throw new FunctionError(
          datum === null ? 'index of untyped nil' : `can't index item of type ${typeName(datum)}`,
        );
      }
      const bytes = bytesOf(text);
      const byte = bytes[position(key, bytes.length)];
      if (byte === undefined) throw new FunctionError(`index out of range: ${key}`);
      datum = BigInt(byte);
    }
  }
  return datum;
}

function sliceOf(item: Datum, indexes: readonly Datum[]): Datum {
  const text = stringOf(item);
  const list = text !== undefined ? bytesOf(text) : Array.isArray(item) ? item : undefined;
  if (!list) throw new FunctionError(`can't slice item of type ${typeName(item)}`);
  if (text !== undefined && indexes.length > 2) throw new FunctionError('cannot 3-index slice a string');
  if (indexes.length > 3) throw new FunctionError(`too many slice indexes: ${indexes.length}`);
  const [from = 0, to = list.length] = indexes.map((index) => position(index, list.length));
  if (from > to) throw new FunctionError(`invalid slice index: ${from} > ${to}`);
  return list instanceof Uint8Array ? textOf(list.slice(from, to)) : list.slice(from, to);
}

function typeName(datum: Datum): string {
  if (datum === null) return 'nil';
  if (datum instanceof DataNumber) return 'json.Number';
  if (datum instanceof RegoObject) return 'map[string]interface {}';
  if (Array.isArray(datum)) return '[]interface {}';
  const names: Record<string, string> = { bigint: 'int', number: 'float64', boolean: 'bool' };
  return names[typeof datum] ?? 'string';
}

/** Spaces between operands of which neither is a string. */
function sprint(data: readonly Datum[]): string {
  let text = '';
  for (const [index, datum] of data.entries()) {
    const before = data[index - 1];
    const spaced = index > 0 && stringOf(datum) === undefined && stringOf(before as Datum) === undefined;
    text += (spaced ? ' ' : '') + textOfDatum(datum, true);
  }
  return text;
}

function formatted(data: readonly Datum[]): string {
  const [format, ...operands] = data;
  const pattern = stringOf(format as Datum);
  if (pattern === undefined) throw new FunctionError('wrong type for value; expected string');
  const values = operands.map((datum): Value => {
    if (datum instanceof DataNumber) return datum.number;
    if (typeof datum === 'bigint') return Number.isSafeInteger(Number(datum)) ? Number(datum) : datum;
    return typeof datum === 'string' || typeof datum === 'number' ? datum : textOfDatum(datum, true);
  });
  // Truth values reach the formatter as texts.
  let next = -1;
  const plain = pattern.replace(/%[-+# 0]*\d*(?:\.\d*)?([%a-zA-Z])/g, (verb, letter: string) => {
    if (letter !== '%') next += 1;
    return letter === 't' && typeof operands[next] === 'boolean' ? `${verb.slice(0, -1)}s` : verb;
  });
  return sprintf(plain, values);
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '"': '&#34;',
    "'": '&#39;',
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '\0': '\ufffd',
  };
  return text.replace(/["'&<>\0]/g, (character) => entities[character] as string);
}

function escapeScript(text: string): string {
  return text.replace(/[\\'"<>&=\0-\x1f]/g, (character) =>
    /[\\'"]/.test(character)
      ? `\\${character}`
      : `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
}

type TemplateFunction = (data: readonly Datum[]) => Datum;

/** At least so many arguments, at most so many, and what it does. `and` and `or` are evaluated by the renderer. */
export const functions: ReadonlyMap<string, readonly [number, number, TemplateFunction]> = new Map<
  string,
  readonly [number, number, TemplateFunction]
>([
  ['not', [1, 1, ([a]) => !isTrue(a as Datum)]],
  ['len', [1, 1, ([a]) => lengthOf(a)]],
  ['index', [1, 64, ([item, ...keys]) => indexInto(item as Datum, keys)]],
  ['slice', [1, 64, ([item, ...indexes]) => sliceOf(item as Datum, indexes)]],
  ['print', [0, 1000, sprint]],
  ['println', [0, 1000, (data) => `${data.map((datum) => textOfDatum(datum, true)).join(' ')}\n`]],
  ['printf', [1, 1000, formatted]],
  ['html', [0, 1000, (data) => escapeHtml(sprint(data))]],
  ['js', [0, 1000, (data) => escapeScript(sprint(data))]],
  ['urlquery', [0, 1000, (data) => escapeQuery(sprint(data))]],
  ['eq', [1, 1000, equalToAny]],
  ['ne', [2, 2, ([a, b]) => !equalTo(a as Datum, b as Datum)]],
  ['lt', [2, 2, ([a, b]) => compare(a as Datum, b as Datum) < 0]],
  ['le', [2, 2, ([a, b]) => compare(a as Datum, b as Datum) <= 0]],
  ['gt', [2, 2, ([a, b]) => compare(a as Datum, b as Datum) > 0]],
  ['ge', [2, 2, ([a, b]) => compare(a as Datum, b as Datum) >= 0]],
]);

export const functionNames: ReadonlySet<string> = new Set([...functions.keys(), 'and', 'or']);
