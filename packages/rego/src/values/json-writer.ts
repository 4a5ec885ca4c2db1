import { Decimal } from './decimal.ts';
import { numberText } from './numbers.ts';
import { RegoObject } from './rego-object.ts';
import { RegoSet } from './rego-set.ts';
import type { Value } from './value.ts';
import { countWork } from './work.ts';

export interface JsonStyle {
  /** One level's indentation; with it (or with `prefix`) every item stands on a line of its own. */
  indent?: string;
  /** Begins every line but the first. */
  prefix?: string;
  /** Writes `<`, `>` and `&` as escapes, as Go does unless told not to. Default false. */
  escapeHtml?: boolean;
}

/**
 * A value as Go's `encoding/json` writes it. Objects in the order of their keys' texts; a key that is not a string is its JSON
 * text; a set is an array in Rego's order. Works at any depth.
 */
export function stringifyJson(value: Value, style: JsonStyle = {}): string {
  const pretty = style.indent !== undefined || style.prefix !== undefined;
  const indent = style.indent ?? '';
  const prefix = style.prefix ?? '';
  const quote = style.escapeHtml ? (text: string) => escapeHtml(quoteJson(text)) : quoteJson;
  const colon = pretty ? ': ' : ':';
  let out = '';
  const frames: { names: readonly string[] | undefined; items: readonly Value[]; next: number }[] = [];
  let current: Value | undefined = value;
  const newLine = () => `\n${prefix}${indent.repeat(frames.length)}`;
  for (;;) {
    if (current !== undefined) {
      const frame = frameOf(current);
      if (!frame) out += scalarText(current, quote);
      else if (frame.items.length === 0) out += frame.names ? '{}' : '[]';
      else {
        out += frame.names ? '{' : '[';
        frames.push(frame);
      }
    }
    let frame = frames[frames.length - 1];
    while (frame && frame.next === frame.items.length) {
      frames.pop();
      if (pretty) out += newLine();
      out += frame.names ? '}' : ']';
      frame = frames[frames.length - 1];
    }
    if (!frame) return out;
    if (frame.next > 0) out += ',';
    if (pretty) out += newLine();
    if (frame.names) out += quote(frame.names[frame.next]!) + colon;
    current = frame.items[frame.next];
    frame.next += 1;
    countWork(1);
  }
}

/** The name an object's key has in JSON: a string as it is, else the key's own JSON text. */
export function jsonKey(key: Value): string {
  return typeof key === 'string' ? key : stringifyJson(key);
}

function frameOf(value: Value) {
  if (typeof value !== 'object' || value === null || value instanceof Decimal) return undefined;
  if (value instanceof RegoSet) return { names: undefined, items: value.values(), next: 0 };
  if (value instanceof RegoObject) {
    const keys = value.keys();
    const items = keys.map((key) => value.get(key)!);
    if (keys.every((key) => typeof key === 'string')) return { names: keys, items, next: 0 };
    return { ...byName(keys, items), next: 0 };
  }
  return { names: undefined, items: value, next: 0 };
}

/** Two keys may have the same name, as `1` and `"1"` do: the later one wins, as when Go fills a map. */
function byName(keys: readonly Value[], items: readonly Value[]) {
  const entries = new Map<string, Value>();
  keys.forEach((key, i) => {
    entries.set(jsonKey(key), items[i]!);
  });
  const object = RegoObject.of(entries);
  const names = object.keys() as readonly string[];
  return { names, items: names.map((name) => object.get(name)!) };
}

function scalarText(value: Value, quote: (text: string) => string): string {
  if (typeof value === 'string') return quote(value);
  if (value === null || typeof value === 'boolean') return String(value);
  return numberText(value as number | bigint | Decimal);
}

const plain = /^[ !#-[\]-~]*$/;

/** A string in quotes as Go's `encoding/json` writes it without escaping HTML. */
export function quoteJson(text: string): string {
  if (plain.test(text)) return `"${text}"`;
  return JSON.stringify(text.toWellFormed()).replace(/[\u2028\u2029]/g, (char) =>
    char === '\u2028' ? '\\u2028' : '\\u2029',
  );
}

function escapeHtml(json: string): string {
  return json.replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
}
