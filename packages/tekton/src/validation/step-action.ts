import type { ParamSpec } from '../types/params.ts';
import type { StepAction, StepActionSpec } from '../types/task.ts';
import { containerTexts } from './container-texts.ts';
import type { FieldError } from './field-error.ts';
import { Findings, mergeFieldErrors } from './field-error.ts';
import { validateMetadata } from './names.ts';
import type { ValidationOptions } from './options.ts';
import {
  namesOf,
  ofType,
  requireProperties,
  validateNameFormats,
  validateParamTypes,
  validateUniqueSpecs,
} from './params.ts';
import { validateStepResults } from './results.ts';
import { validateWindowsScript } from './steps.ts';
import {
  checkIsolated,
  checkKnown,
  checkNotWhole,
  checkText,
  usesPrefix,
  wholeExpressions,
} from './substitution.ts';

/**
 * A StepAction, with Tekton's field paths and words. Call after `setDefaults`. An empty answer means valid.
 * @see https://tekton.dev/docs/pipelines/stepactions/
 */
export function validateStepAction(action: StepAction, options: ValidationOptions = {}): FieldError[] {
  const findings = new Findings();
  validateMetadata(action.metadata, findings.at('metadata'));
  validateSpec(action.spec ?? {}, options, findings.at('spec'));
  return mergeFieldErrors(findings.errors);
}

function validateSpec(spec: StepActionSpec, options: ValidationOptions, findings: Findings): void {
  const { params = [], results = [], script = '' } = spec;
  if (!spec.image) findings.missing('Image');
  if (script !== '') {
    if ((spec.command ?? []).length > 0) findings.add('script cannot be used with command', ['script']);
    validateWindowsScript(script, options.featureFlags?.enableApiFields, findings);
    if (usesPrefix(script, 'params'))
      findings.add('param substitution in scripts is not allowed.', ['script']);
  }
  validateUse(spec, params, findings);
  validateParamTypes(params, findings.at('params'));
  validateUniqueSpecs(params, findings);
  validateNameFormats(params, findings);
  const known = namesOf(results);
  for (const prefix of ['step.results', 'results']) checkKnown(script, prefix, known, findings.at('script'));
  validateStepResults(results, findings.at('results'));
  validateVolumeMounts(spec, params, findings);
}

function validateUse(spec: StepActionSpec, params: readonly ParamSpec[], findings: Findings): void {
  const objects = ofType(params, 'object');
  const [known, arrays, whole] = [namesOf(params), namesOf(ofType(params, 'array')), namesOf(objects)];
  for (const { text, at, list } of containerTexts(spec, findings, 'StepAction')) {
    checkKnown(text, 'params', known, at);
    for (const { name, properties } of objects) {
      checkKnown(text, `params.${name}`, new Set(Object.keys(properties ?? {})), at);
    }
    checkNotWhole(text, 'params', whole, at);
    if (list) checkIsolated(text, 'params', arrays, at);
    else checkText(text, 'params', arrays, at);
  }
  requireProperties(params, findings);
}

/** The volume of a mount is the Task's, so that only a param can name it; Tekton stops at the first that is wrong. */
function validateVolumeMounts(spec: StepActionSpec, params: readonly ParamSpec[], findings: Findings): void {
  const known = namesOf(params);
  for (const [index, { name = '' }] of (spec.volumeMounts ?? []).entries()) {
    const at = findings.at('volumeMounts', index);
    const found = wholeExpressions(name, 'params');
    if (found.length !== 1 || found[0] !== name) {
      at.invalid(name, 'name', 'expect the Name to be a single param reference');
      return;
    }
    checkKnown(name, 'params', known, at);
  }
}
