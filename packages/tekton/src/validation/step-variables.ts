import type { Step } from '../types/containers.ts';
import type { ParamSpec, ResultSpec } from '../types/params.ts';
import type { ContainerText } from './container-texts.ts';
import { containerTexts } from './container-texts.ts';
import { Findings } from './field-error.ts';
import { namesOf, ofType, requireProperties } from './params.ts';
import { checkIsolated, checkKnown, checkNotWhole, checkText } from './substitution.ts';

type Steps = readonly Step[];

/** Names that do not exist, in all texts of all steps; `findings` stands at the owner of the steps. */
function checkSteps(steps: Steps, prefix: string, known: ReadonlySet<string>, findings: Findings): void {
  for (const [index, step] of steps.entries()) {
    const own = findings.at('steps', index);
    for (const { text, at } of containerTexts(step, own, 'step, unknown names'))
      checkKnown(text, prefix, known, at);
    checkKnown(step.onError ?? '', prefix, known, own.at('onError'));
  }
}

/**
 * Runs a check over the steps in Tekton's way: what is found in one step is told again below each step after it, so
 * that a complaint about the first of two steps has the path `steps[1].steps[0]`.
 */
function nested(steps: Steps, findings: Findings, check: (text: ContainerText) => void): void {
  for (const [index, step] of steps.entries()) {
    let path = findings.path;
    for (let outer = steps.length - 1; outer >= index; outer--)
      path = new Findings([], path).at('steps', outer).path;
    const own = new Findings(findings.errors, path, findings.at('steps', index).place);
    for (const text of containerTexts(step, own)) check(text);
  }
}

/** Arrays where only text fits, or within longer text. */
export function validateArrayUse(steps: Steps, params: readonly ParamSpec[], findings: Findings): void {
  const arrays = namesOf(ofType(params, 'array'));
  nested(steps, findings, ({ text, at, list }) => {
    if (list) checkIsolated(text, 'params', arrays, at);
    else checkText(text, 'params', arrays, at);
  });
}

/** Params that nobody declares, keys that objects do not have, and objects as a whole. */
export function validateDeclaredUse(steps: Steps, params: readonly ParamSpec[], findings: Findings): void {
  const objects = ofType(params, 'object');
  checkSteps(steps, 'params', namesOf(params), findings);
  for (const { name, properties } of objects) {
    checkSteps(steps, `params.${name}`, new Set(Object.keys(properties ?? {})), findings);
  }
  const names = namesOf(objects);
  nested(steps, findings, ({ text, at }) => checkNotWhole(text, 'params', names, at));
  requireProperties(params, findings);
}

const taskRunContext = new Set(['name', 'namespace', 'uid']);
const taskContext = new Set(['name', 'retry-count']);

/** `context.taskRun` and `context.task`. */
export function validateTaskContext(steps: Steps, findings: Findings): void {
  checkSteps(steps, 'context.taskRun', taskRunContext, findings);
  checkSteps(steps, 'context.task', taskContext, findings);
}

/** `results` in scripts. */
export function validateResultUse(steps: Steps, results: readonly ResultSpec[], findings: Findings): void {
  const known = namesOf(results);
  for (const [index, step] of steps.entries()) {
    checkKnown(step.script ?? '', 'results', known, findings.at('steps', index).at('script'));
  }
}
