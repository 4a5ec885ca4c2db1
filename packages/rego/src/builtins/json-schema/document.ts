import { Decimal } from '../../values/decimal.ts';
import { jsonKey, stringifyJson } from '../../values/json.ts';
import { toDouble } from '../../values/numbers.ts';
import { RegoObject } from '../../values/rego-object.ts';
import { RegoSet } from '../../values/rego-set.ts';
import type { RegoNumber, Value } from '../../values/value.ts';
import { countWork } from '../../values/work.ts';
import { fault } from '../operands.ts';

/** Schemas and documents deeper than this are refused: both are worked through recursively. */
export const maxDepth = 400;

/** The value as JSON has it: sets as arrays, keys as strings. The same value where it is so already. */
export function asJson(value: Value, depth = 0): Value {
  if (depth > maxDepth) throw fault('document is nested too deeply');
  if (typeof value !== 'object' || value === null || value instanceof Decimal) return value;
  if (value instanceof RegoObject) {
    countWork(value.size);
    let same = true;
    const entries = [...value.entries()].map(([key, part]): [string, Value] => {
      const entry: [string, Value] = [jsonKey(key), asJson(part, depth + 1)];
      same &&= entry[0] === key && entry[1] === part;
      return entry;
    });
    return same ? value : RegoObject.of(entries);
  }
  const items = value instanceof RegoSet ? value.values() : (value as readonly Value[]);
  countWork(items.length);
  const parts = items.map((item) => asJson(item, depth + 1));
  return value instanceof RegoSet || parts.some((part, i) => part !== items[i]) ? parts : value;
}

/** A JSON value's text with its numbers as doubles: what `enum`, `const` and `uniqueItems` compare and messages show. */
export function plainText(value: Value): string {
  return stringifyJson(withDoubles(value), { escapeHtml: true });
}

function withDoubles(value: Value): Value {
  countWork(1);
  if (typeof value === 'bigint' || value instanceof Decimal) return toDouble(value as RegoNumber);
  if (value instanceof RegoObject) {
    return RegoObject.of([...value.entries()].map(([key, part]) => [key, withDoubles(part)]));
  }
  return Array.isArray(value) ? value.map(withDoubles) : value;
}
