import type { FeatureFlags } from '../defaults/config.ts';
import { goList, goMapOfLists, typeOfSpec, typeOfValue } from '../params/value.ts';
import type { Param, ParamSpec } from '../types/params.ts';
import type { Findings } from './field-error.ts';

const textOrArrayName = /^[_a-zA-Z][_a-zA-Z0-9.-]*$/;
const objectName = /^[_a-zA-Z][_a-zA-Z0-9-]*$/;
const types = new Set(['string', 'array', 'object']);

/** Types of declared params and of their defaults; `findings` stands at the list. */
export function validateParamTypes(specs: readonly ParamSpec[], findings: Findings): void {
  for (const spec of specs) validateType(spec, findings);
}

function validateType(spec: ParamSpec, findings: Findings): void {
  const { name = '' } = spec;
  const type = typeOfSpec(spec);
  if (!types.has(type)) {
    findings.invalid(type, `${name}.type`);
    return;
  }
  if (spec.default !== undefined && typeOfValue(spec.default) !== type) {
    findings.add(`"${type}" type does not match default value's type: "${typeOfValue(spec.default)}"`, [
      `${name}.type`,
      `${name}.default.type`,
    ]);
    return;
  }
  const bad = notText(spec.properties);
  if (bad.length > 0) {
    findings.add(`The value type specified for these keys ${goList(bad)} is invalid`, [`${name}.properties`]);
  }
}

/** Keys whose type is not `string`, sorted. */
export function notText(properties: Record<string, { type?: string | undefined }> | undefined): string[] {
  const wrong = Object.entries(properties ?? {}).filter(([, { type }]) => (type || 'string') !== 'string');
  return wrong.map(([key]) => key).sort();
}

/** Names that stand twice; `findings` stands at the owner of the list. */
export function validateUniqueSpecs(specs: readonly ParamSpec[], findings: Findings): void {
  for (const name of repeated(specs.map((spec) => spec.name ?? ''))) {
    findings.at('params', name).add('parameter appears more than once');
  }
}

/** Each value that stands more than once, once. */
function repeated(values: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const value of values) {
    if (seen.has(value)) twice.add(value);
    seen.add(value);
  }
  return twice;
}

/** `enum` of declared params; `findings` stands at the owner of the list. */
export function validateParamEnums(
  specs: readonly ParamSpec[],
  flags: FeatureFlags,
  findings: Findings,
): void {
  for (const spec of specs) {
    if ((spec.enum ?? []).length === 0) continue;
    const at = findings.at('params', spec.name ?? '');
    if (flags.enableParamEnum !== true) {
      at.add('feature flag `enable-param-enum` should be set to true to use Enum');
    }
    if (typeOfSpec(spec) !== 'string') at.add('enum can only be set with string type param');
    for (const value of repeated(spec.enum ?? [])) {
      at.add(`parameter enum value ${value} appears more than once`);
    }
    const chosen = spec.default;
    if (typeof chosen === 'string' && chosen !== '' && !(spec.enum ?? []).includes(chosen)) {
      at.add(`param default value ${chosen} not in the enum list`);
    }
  }
}

/** How params and their keys may be called; `findings` stands at the owner of the list. */
export function validateNameFormats(specs: readonly ParamSpec[], findings: Findings): void {
  const plain = specs.filter((spec) => typeOfSpec(spec) !== 'object').map(({ name }) => name ?? '');
  const bad = [...new Set(plain)].filter((name) => !textOrArrayName.test(name)).sort();
  if (bad.length > 0) {
    findings.add(
      `The format of following array and string variable names is invalid: ${goList(bad)}`,
      ['params'],
      'String/Array Names: \nMust only contain alphanumeric characters, hyphens (-), underscores (_), and dots (.)\nMust begin with a letter or an underscore (_)',
    );
  }
  const badObjects = new Map<string, string[]>();
  for (const spec of specs) {
    if (typeOfSpec(spec) !== 'object') continue;
    const keys = Object.keys(spec.properties ?? {}).filter((key) => !objectName.test(key));
    if (keys.length > 0 || !objectName.test(spec.name ?? '')) badObjects.set(spec.name ?? '', keys.sort());
  }
  if (badObjects.size > 0) {
    findings.add(
      `Object param name and key name format is invalid: ${goMapOfLists(badObjects)}`,
      ['params'],
      'Object Names: \nMust only contain alphanumeric characters, hyphens (-), underscores (_) \nMust begin with a letter or an underscore (_)',
    );
  }
}

/** Object params must say which keys they have; `findings` stands at the owner of the list. */
export function requireProperties(specs: readonly ParamSpec[], findings: Findings): void {
  for (const spec of specs) {
    if (typeOfSpec(spec) === 'object' && spec.properties === undefined) {
      findings.missing(`${spec.name ?? ''}.properties`);
    }
  }
}

/** Given params of a run or a reference: no name twice, whatever the case; `findings` stands at the list. */
export function validateParams(params: readonly Param[], findings: Findings): void {
  const seen = new Set<string>();
  for (const { name = '', value } of params) {
    const key = name.toLowerCase();
    if (value === undefined) findings.at(`[${name}]`).missing('value');
    if (seen.has(key)) findings.at(`[${name}]`).multipleOneOf('name');
    seen.add(key);
  }
}

/** Params of a PipelineTask or a matrix: no name twice; `findings` stands at the list. */
export function validateUniqueParams(params: readonly Param[], findings: Findings): void {
  const seen = new Set<string>();
  for (const [index, { name = '', value }] of params.entries()) {
    if (value === undefined) findings.missing(`[${index}].value`);
    if (seen.has(name)) {
      findings.add(`parameter names must be unique, the parameter "${name}" is also defined at`, [
        `[${index}].name`,
      ]);
    }
    seen.add(name);
  }
}

/** Names of elements of a list: none twice, whatever the case, told by index; `findings` stands at the list. */
export function validateUniqueNames(names: readonly string[], findings: Findings): void {
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    const key = name.toLowerCase();
    if (seen.has(key)) findings.at(`[${index}]`).multipleOneOf('name');
    seen.add(key);
  }
}

export const ofType = (specs: readonly ParamSpec[], type: string): ParamSpec[] =>
  specs.filter((spec) => typeOfSpec(spec) === type);

export const namesOf = (specs: readonly { name: string }[] | undefined): Set<string> =>
  new Set((specs ?? []).map(({ name }) => name));
