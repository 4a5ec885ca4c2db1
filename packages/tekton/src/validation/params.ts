import type { FeatureFlags } from '../defaults/config.ts';
import { goList, goMapOfLists, typeOfSpec, typeOfValue } from '../params/value.ts';
import type { Param, ParamSpec } from '../types/params.ts';
import type { Findings } from './field-error.ts';

const textOrArrayName = /^[_a-zA-Z][_a-zA-Z0-9.-]*$/;
const objectName = /^[_a-zA-Z][_a-zA-Z0-9-]*$/;
const types = new Set(['string', 'array', 'object']);

/** Declared params: `findings` stands at the spec, for the paths name `params` or the param itself. */
export function validateParamSpecs(
  specs: readonly ParamSpec[],
  flags: FeatureFlags,
  findings: Findings,
): void {
  validateNames(specs, findings);
  for (const [index, spec] of specs.entries()) {
    validateType(spec, findings.at('params'));
    if (spec.enum !== undefined && spec.enum.length > 0)
      validateEnum(spec, flags, findings.at('params', index));
  }
}

function validateNames(specs: readonly ParamSpec[], findings: Findings): void {
  const seen = new Set<string>();
  for (const { name } of specs) {
    if (seen.has(name)) findings.add('parameter appears more than once', [`params[${name}]`]);
    seen.add(name);
  }
  const bad = specs.filter((spec) => typeOfSpec(spec) !== 'object' && !textOrArrayName.test(spec.name ?? ''));
  if (bad.length > 0) {
    findings.add(
      `The format of following array and string variable names is invalid: ${goList([...new Set(bad.map(({ name }) => name ?? ''))].sort())}`,
      ['params'],
      'String/Array Names: \nMust only contain alphanumeric characters, hyphens (-), underscores (_), and dots (.)\nMust begin with a letter or an underscore (_)',
    );
  }
  const badObjects = new Map<string, string[]>();
  for (const spec of specs) {
    if (typeOfSpec(spec) !== 'object') continue;
    const keys = Object.keys(spec.properties ?? {}).filter((key) => !objectName.test(key));
    if (keys.length > 0 || !objectName.test(spec.name)) badObjects.set(spec.name, keys.sort());
  }
  if (badObjects.size > 0) {
    findings.add(
      `Object param name and key name format is invalid: ${goMapOfLists(badObjects)}`,
      ['params'],
      'Object Names: \nMust only contain alphanumeric characters, hyphens (-), underscores (_) \nMust begin with a letter or an underscore (_)',
    );
  }
}

function validateType(spec: ParamSpec, findings: Findings): void {
  const type = typeOfSpec(spec);
  if (!types.has(type)) {
    findings.invalid(type, `${spec.name}.type`);
    return;
  }
  if (spec.default !== undefined && typeOfValue(spec.default) !== type) {
    findings.add(`"${type}" type does not match default value's type: "${typeOfValue(spec.default)}"`, [
      `${spec.name}.type`,
      `${spec.name}.default.type`,
    ]);
    return;
  }
  const bad = Object.entries(spec.properties ?? {}).filter(
    ([, property]) => (property.type || 'string') !== 'string',
  );
  if (bad.length > 0) {
    const keys = goList(bad.map(([key]) => key).sort());
    findings.add(`The value type specified for these keys ${keys} is invalid`, [`${spec.name}.properties`]);
  }
}

/** Object params must say which keys they have. */
export function requireProperties(specs: readonly ParamSpec[], findings: Findings): void {
  for (const spec of specs) {
    if (typeOfSpec(spec) === 'object' && spec.properties === undefined)
      findings.missing(`${spec.name}.properties`);
  }
}

function validateEnum(spec: ParamSpec, flags: FeatureFlags, findings: Findings): void {
  if (flags.enableParamEnum !== true) {
    findings.add('feature flag `enable-param-enum` should be set to true to use Enum');
    return;
  }
  if (typeOfSpec(spec) !== 'string') findings.add('enum can only be set with string type param');
  const seen = new Set<string>();
  for (const value of spec.enum ?? []) {
    if (seen.has(value)) findings.add(`parameter enum value ${value} appears more than once`);
    seen.add(value);
  }
  if (typeof spec.default === 'string' && !seen.has(spec.default)) {
    findings.add(`param default value ${spec.default} not in the enum list`);
  }
}

/** Given params of a run, a step, a reference: no name twice, whatever the case. */
export function validateParams(params: readonly Param[], findings: Findings): void {
  const seen = new Set<string>();
  for (const { name } of params) {
    const key = (name ?? '').toLowerCase();
    if (seen.has(key)) findings.multipleOneOf(`params[${name}].name`);
    seen.add(key);
  }
}
