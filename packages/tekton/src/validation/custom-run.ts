import type { CustomRun, CustomRunSpec } from '../types/customrun.ts';
import type { FieldError } from './field-error.ts';
import { Findings, mergeFieldErrors } from './field-error.ts';
import { validateMetadata } from './names.ts';
import { validateParams } from './params.ts';
import { validateBindings } from './runs.ts';
import { validateDuration } from './steps.ts';

/**
 * A CustomRun, with Tekton's field paths and words, at most one kind of complaint at a time as there.
 * @see https://tekton.dev/docs/pipelines/customruns/
 */
export function validateCustomRun(run: CustomRun): FieldError[] {
  const findings = new Findings();
  validateMetadata(run.metadata, findings.at('metadata'));
  validateDuration(run.spec?.timeout, findings.at('spec'), 'timeout');
  if (findings.errors.length === 0) validateSpec(run.spec ?? {}, findings);
  return mergeFieldErrors(findings.errors);
}

function validateSpec(spec: CustomRunSpec, findings: Findings): void {
  const { customRef, customSpec } = spec;
  const [field, source] = customRef ? ['customRef', customRef] : ['customSpec', customSpec];
  if (Object.values(spec).every((value) => value === undefined)) findings.missing('spec');
  else if (customRef && customSpec) findings.multipleOneOf('spec.customRef', 'spec.customSpec');
  else if (!source) findings.missingOneOf('spec.customRef', 'spec.customSpec');
  else if (!source.apiVersion) findings.missing(`spec.${field}.apiVersion`);
  else if (!source.kind) findings.missing(`spec.${field}.kind`);
  else if (!spec.status && spec.statusMessage) {
    const message = `statusMessage should not be set if status is not set, but it is currently set to ${spec.statusMessage}`;
    findings.within('spec').invalid(message, 'statusMessage');
  } else {
    validateParams(spec.params ?? [], findings.at('spec').at('params'));
    if (findings.errors.length > 0) return;
    validateBindings(spec.workspaces ?? [], findings.at('spec').at('workspaces'));
  }
}
