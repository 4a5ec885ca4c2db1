import { Decimal, fromJs, RegoObject, RegoSet, stringifyJson, type Value } from '@assay/rego';

/** Plain data in the order of its keys, or a value of Rego anywhere in it. */
export type Json =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | Decimal
  | RegoObject
  | RegoSet
  | readonly Json[]
  | { readonly [key: string]: Json };

/** JSON as OPA prints it: two spaces, keys in the order given, `<`, `>` and `&` escaped. Absent values are left out. */
export function jsonText(value: Json, prefix = ''): string {
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map((item) => `${prefix}  ${jsonText(item, `${prefix}  `)}`);
    return items.length === 0 ? '[]' : `[\n${items.join(',\n')}\n${prefix}]`;
  }
  if (isPlain(value)) {
    const lines = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => {
        const name = stringifyJson(key, { escapeHtml: true });
        return `${prefix}  ${name}: ${jsonText(item, `${prefix}  `)}`;
      });
    return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n${prefix}}`;
  }
  return stringifyJson(fromJs(value ?? null), { indent: '  ', prefix, escapeHtml: true });
}

/** Prints a value on standard output. */
export function writeJson(value: Json): void {
  process.stdout.write(`${jsonText(value)}\n`);
}

/** A value on one line. */
export function compactJson(value: Value): string {
  return stringifyJson(value, { escapeHtml: true });
}

function isPlain(value: Json): value is { readonly [key: string]: Json } {
  if (typeof value !== 'object' || value === null) return false;
  return !(value instanceof RegoObject || value instanceof RegoSet || value instanceof Decimal);
}
