import { goList } from '../params/value.ts';
import { typeOfResult } from '../results/parse.ts';
import type { ResultSpec } from '../types/params.ts';
import type { Findings } from './field-error.ts';
import { isDnsLabel } from './names.ts';
import { notText } from './params.ts';

const resultName = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const nameRule =
  "must consist of alphanumeric characters, '-', '_', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my-name',  or 'my_name', regex used for validation is '^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$')";

/** Declared results of a Task; `findings` stands at the list. */
export function validateTaskResults(results: readonly ResultSpec[], findings: Findings): void {
  for (const [index, result] of results.entries()) {
    const at = findings.at(`[${index}]`);
    if (!validateName(result, at)) continue;
    const type = typeOfResult(result);
    if (type === 'object') validateProperties(result, 'The', at);
    else if (type !== 'string' && type !== 'array') at.invalid(type, 'type', 'type must be string');
    validateSource(result, at);
  }
}

/** Declared results of a step or a StepAction; `findings` stands at the list. */
export function validateStepResults(results: readonly ResultSpec[], findings: Findings): void {
  for (const [index, result] of results.entries()) {
    const at = findings.at(`[${index}]`);
    if (!validateName(result, at)) continue;
    const type = typeOfResult(result);
    if (type === 'object') validateProperties(result, 'the', at);
    else if (type !== 'string' && type !== 'array') at.invalid(type, 'type', `invalid type ${type}`);
  }
}

function validateName({ name = '' }: ResultSpec, findings: Findings): boolean {
  if (resultName.test(name)) return true;
  findings.add(`invalid key name ${JSON.stringify(name)}`, ['name'], `Name ${nameRule}`);
  return false;
}

function validateProperties({ name, properties }: ResultSpec, the: 'The' | 'the', findings: Findings): void {
  if (properties === undefined) {
    findings.missing(`${name}.properties`);
    return;
  }
  const bad = notText(properties);
  if (bad.length === 0) return;
  const message = `${the} value type specified for these keys ${goList(bad)} is invalid, the type must be string`;
  findings.add(message, [`${name}.properties`]);
}

/** The step's result that a Task's result is. */
function validateSource({ name, value }: ResultSpec, findings: Findings): void {
  if (value === undefined) return;
  if (typeof value !== 'string') {
    const type = Array.isArray(value) ? 'array' : 'object';
    findings.add(`Invalid Type. Wanted string but got: "${type}"`, [`${name}.type`]);
    return;
  }
  if (value === '') return;
  const at = [`${name}.value`];
  const match = /\$\(steps\.(.*?)\.results\.(.*?)\)/.exec(value);
  if (match === null) {
    findings.add(
      `Could not extract step name and result name. Expected value to look like $(steps.<stepName>.results.<resultName>) but got "${value}"`,
      at,
    );
    return;
  }
  const [, step = '', result = ''] = match;
  if (!isDnsLabel(step)) {
    findings.add(
      `invalid extracted step name ${JSON.stringify(step)}`,
      at,
      'stepName in $(steps.<stepName>.results.<resultName>) must be a valid DNS Label, For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    );
  }
  if (!resultName.test(result)) {
    const details = `resultName in $(steps.<stepName>.results.<resultName>) ${nameRule}`;
    findings.add(`invalid extracted result name ${JSON.stringify(result)}`, at, details);
  }
}
