import { goList } from '../params/value.ts';
import { typeOfResult } from '../results/parse.ts';
import type { ResultSpec } from '../types/params.ts';
import type { Findings } from './field-error.ts';
import { isDnsLabel } from './names.ts';

const resultName = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const nameDetails =
  "Name must consist of alphanumeric characters, '-', '_', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or 'my_name', regex used for validation is '^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$')";

/** Declared results of a Task, Step or StepAction; `findings` stands at the list's owner. */
export function validateResultSpecs(results: readonly ResultSpec[], findings: Findings): void {
  for (const [index, result] of results.entries()) validateResultSpec(result, findings.at('results', index));
}

function validateResultSpec(result: ResultSpec, findings: Findings): void {
  if (!resultName.test(result.name ?? '')) {
    findings.add(`invalid key name ${JSON.stringify(result.name ?? '')}`, ['name'], nameDetails);
  }
  const type = typeOfResult(result);
  if (type === 'object') {
    if (result.properties === undefined) findings.missing(`${result.name}.properties`);
    const bad = Object.entries(result.properties ?? {}).filter(
      ([, property]) => (property.type || 'string') !== 'string',
    );
    if (bad.length > 0) {
      const keys = goList(bad.map(([key]) => key).sort());
      findings.add(`The value type specified for these keys ${keys} is invalid, the type must be string`, [
        `${result.name}.properties`,
      ]);
    }
  } else if (type !== 'string' && type !== 'array') {
    findings.invalid(type, 'type', 'type must be string');
  }
  if (result.value !== undefined) validateSource(result.value, findings);
}

function validateSource(value: NonNullable<ResultSpec['value']>, findings: Findings): void {
  if (typeof value !== 'string') {
    findings.add(`Invalid Type. Wanted string but got: "${Array.isArray(value) ? 'array' : 'object'}"`, [
      'value',
    ]);
    return;
  }
  const match = /^\$\(steps\.(.*?)\.results\.(.*?)\)$/.exec(value);
  if (match === null) {
    findings.add(
      `Could not extract step name and result name. Expected value to look like $(steps.<stepName>.results.<resultName>) but got ${JSON.stringify(value)}`,
      ['value'],
    );
    return;
  }
  const [, step = '', result = ''] = match;
  if (!isDnsLabel(step)) findings.add(`invalid extracted step name ${JSON.stringify(step)}`, ['value']);
  const name = result.replace(/\[(\d+|\*)\]$/, '');
  if (!resultName.test(name))
    findings.add(`invalid extracted result name ${JSON.stringify(name)}`, ['value']);
}
