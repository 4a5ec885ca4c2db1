import type { Param, ParamSpec, ParamValue } from '../types/params.ts';
import { typeOfSpec, typeOfValue } from './value.ts';

/** Declared params without default that are not given, in the order of the declaration. */
export function missingParams(specs: readonly ParamSpec[], given: readonly { name: string }[]): string[] {
  const names = new Set(given.map(({ name }) => name));
  return specs.filter((spec) => spec.default === undefined && !names.has(spec.name)).map(({ name }) => name);
}

/**
 * Given params whose type is not the declared one, in the order given. With `references`, a text with a variable may
 * still become an array or object.
 */
export function mistypedParams(
  specs: readonly ParamSpec[],
  given: readonly Param[],
  options: { references?: boolean } = {},
): string[] {
  const types = new Map(specs.map((spec) => [spec.name, typeOfSpec(spec)]));
  return given
    .filter(({ name, value }) => {
      const type = types.get(name);
      if (type === undefined || type === typeOfValue(value)) return false;
      return !(options.references === true && mayBecome(value));
    })
    .map(({ name }) => name);
}

function mayBecome(value: ParamValue): boolean {
  return typeof value === 'string' && /\$\([^()]+\)/.test(value);
}

/**
 * Keys that an object param's `properties` name and neither its value nor its default has. An object param that has
 * neither is missing altogether and not named here.
 */
export function missingObjectKeys(
  specs: readonly ParamSpec[],
  given: readonly Param[],
): Map<string, string[]> {
  const values = new Map(given.map(({ name, value }) => [name, value]));
  const missing = new Map<string, string[]>();
  for (const spec of specs) {
    if (typeOfSpec(spec) !== 'object') continue;
    const sources = [spec.default, values.get(spec.name)].filter(
      (value) => typeof value === 'object' && !Array.isArray(value),
    );
    if (sources.length === 0) continue;
    const present = new Set(sources.flatMap((value) => Object.keys(value as Record<string, string>)));
    const keys = Object.keys(spec.properties ?? {}).filter((key) => !present.has(key));
    if (keys.length > 0) missing.set(spec.name, keys.sort());
  }
  return missing;
}

/** Uses of array elements that the array does not have, `$(params.a[5])` in any text of `spec`; sorted. */
export function indexesOutOfBound(params: readonly Param[], spec: unknown): string[] {
  const lengths = new Map<string, number>();
  for (const { name, value } of params) if (Array.isArray(value)) lengths.set(name, value.length);
  const found = new Set<string>();
  const pattern = /\$\(params(?:\.([^.[\]()]+)|\['([^']+)'\]|\["([^"]+)"\])\[(\d+)\]\)/g;
  for (const match of JSON.stringify(spec ?? null)
    .replaceAll('\\"', '"')
    .matchAll(pattern)) {
    const length = lengths.get((match[1] ?? match[2] ?? match[3]) as string);
    if (length !== undefined && Number(match[4]) >= length) found.add(match[0]);
  }
  return [...found].sort();
}

/** A given text that its declaration's `enum` does not allow; an empty text is not checked. */
export function outsideEnum(specs: readonly ParamSpec[], given: readonly Param[]): Param | undefined {
  const enums = new Map(specs.map((spec) => [spec.name, spec.enum ?? []]));
  return given.find(({ name, value }) => {
    const allowed = enums.get(name) ?? [];
    return allowed.length > 0 && typeof value === 'string' && value !== '' && !allowed.includes(value);
  });
}
