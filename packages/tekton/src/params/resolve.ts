import { TektonError } from '../error.ts';
import type { Param, ParamSpec, ParamValue } from '../types/params.ts';
import { expressions, textsOf } from '../variables/reference.ts';
import { replaceValue } from '../variables/replace.ts';
import { ReplacementsBuilder } from '../variables/replacements.ts';

const deepest = 10;
const paramName = /^params(?:\.([^.[\]]+)|\['([^']+)'\]|\["([^"]+)"\])/;

/**
 * The values of a run's params: what is given, else the default; an object's keys that are not given come from its
 * default. Declared params come first, in the order of the declaration, then those that are given but not declared
 * (they reach embedded specs). Defaults may use other params. Params with neither value nor default are left out:
 * see `missingParams`.
 * @throws TektonError InvalidObject, in Tekton's words, when defaults refer to each other in a circle or too deep.
 */
export function resolveParams(specs: readonly ParamSpec[], given: readonly Param[]): Param[] {
  const declared = new Map(specs.map((spec) => [spec.name, spec]));
  const provided = new Map(given.map((param) => [param.name, param.value]));
  const resolved = new Map<string, ParamValue>();
  const visiting = new Set<string>();

  const resolve = (name: string, depth: number): ParamValue | undefined => {
    const known = resolved.get(name);
    if (known !== undefined) return known;
    const own = provided.get(name);
    const fallback = declared.get(name)?.default;
    const partial = own !== undefined && isObject(own) && isObject(fallback);
    if (own !== undefined && !partial) return keep(name, own);
    if (fallback === undefined) return own;
    if (visiting.has(name)) throw unresolvable(`circular dependency detected in param "params.${name}"`);
    if (depth > deepest) {
      throw unresolvable(`maximum recursion depth (${deepest}) exceeded for param "params.${name}"`);
    }
    visiting.add(name);
    const replacements = new ReplacementsBuilder();
    for (const used of paramsUsed(fallback)) {
      const value = resolve(used, depth + 1);
      if (value !== undefined) replacements.value('params', used, value);
    }
    visiting.delete(name);
    const value = replaceValue(fallback, replacements);
    return keep(name, partial && isObject(value) ? { ...value, ...(own as Record<string, string>) } : value);
  };
  const keep = (name: string, value: ParamValue): ParamValue => {
    resolved.set(name, value);
    return value;
  };

  const names = new Set([...declared.keys(), ...provided.keys()]);
  const params: Param[] = [];
  for (const name of names) {
    const value = resolve(name, 0);
    if (value !== undefined) params.push({ name, value });
  }
  return params;
}

function isObject(value: ParamValue | undefined): value is Record<string, string> {
  return typeof value === 'object' && !Array.isArray(value);
}

function paramsUsed(value: ParamValue): Set<string> {
  const names = new Set<string>();
  for (const text of textsOf(value)) {
    for (const expression of expressions(text)) {
      const match = paramName.exec(expression);
      const name = match?.[1] ?? match?.[2] ?? match?.[3];
      if (name !== undefined) names.add(name);
    }
  }
  return names;
}

function unresolvable(detail: string): TektonError {
  return new TektonError('InvalidObject', `parameter resolution failed: ${detail}`);
}
