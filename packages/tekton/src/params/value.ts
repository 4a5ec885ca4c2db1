import type { ParamSpec, ParamType, ParamValue } from '../types/params.ts';

/** The type a value has. */
export function typeOfValue(value: ParamValue): ParamType {
  if (typeof value === 'string') return 'string';
  return Array.isArray(value) ? 'array' : 'object';
}

/** The declared type, else `object` when there are properties, else the default's, else `string`. */
export function typeOfSpec(spec: ParamSpec): string {
  if (spec.type !== undefined && spec.type !== '') return spec.type;
  if (spec.properties !== undefined) return 'object';
  return spec.default === undefined ? 'string' : typeOfValue(spec.default);
}

const isText = (value: unknown): value is string => typeof value === 'string';

/**
 * Any JSON as a value: what is neither a text, a list of texts nor a map of texts becomes its JSON text, keys sorted.
 */
export function toParamValue(json: unknown): ParamValue {
  if (isText(json)) return json;
  if (Array.isArray(json) && json.every((item) => isText(item) || item === null)) {
    return json.map((item) => item ?? '');
  }
  if (
    typeof json === 'object' &&
    json !== null &&
    !Array.isArray(json) &&
    Object.values(json).every(isText)
  ) {
    return json as Record<string, string>;
  }
  return sortedJson(json);
}

function sortedJson(json: unknown): string {
  return JSON.stringify(json, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** Go's `%v` of a list of texts: `[a b]`. */
export function goList(texts: readonly string[]): string {
  return `[${texts.join(' ')}]`;
}

/** Go's `%v` of a map to lists of texts, keys sorted: `map[a:[x y] b:[z]]`. */
export function goMapOfLists(map: ReadonlyMap<string, readonly string[]>): string {
  const entries = [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, values]) => `${key}:${goList(values)}`).join(' ')}]`;
}
