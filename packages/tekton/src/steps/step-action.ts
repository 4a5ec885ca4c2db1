import { TektonError } from '../error.ts';
import { resolveParams } from '../params/resolve.ts';
import { goList, typeOfSpec } from '../params/value.ts';
import type { Step } from '../types/containers.ts';
import type { Param, ParamSpec } from '../types/params.ts';
import type { StepActionSpec } from '../types/task.ts';
import { substituteStep } from '../variables/containers.ts';
import { expressions, parseResultReference, textsOf } from '../variables/reference.ts';
import { replaceParams } from '../variables/replace.ts';
import type { Replacements } from '../variables/replacements.ts';
import { ReplacementsBuilder, spellings } from '../variables/replacements.ts';
import { taskParamReplacements } from '../variables/sets.ts';

/**
 * The step that comes of a step's reference and the StepAction it means: what is run comes from the StepAction, with
 * its params replaced, all else (name, resources, timeout, `when`, `onError`) from the step. A param may be an earlier
 * step's result; that reference then stands in the param's place until the earlier step has ended.
 *
 * @param action with its defaults set; untrusted text
 * @param taskParams what the Task's own params are called
 * @throws TektonError InvalidObject when params are missing or too many, or refer to each other in a circle
 * @see https://tekton.dev/docs/pipelines/stepactions/
 */
export function applyStepAction(step: Step, action: StepActionSpec, taskParams: Replacements): Step {
  const { ref: _ref, params: given = [], ...own } = step;
  const { description: _description, params: specs = [], ...run } = action;
  checkParams(specs, given);
  const params = resolveParams(specs, replaceParams(given, taskParams));
  const replacements = new ReplacementsBuilder();
  for (const { name, default: keys } of specs) {
    // An object param that was given a text (a reference that led nowhere, say) still has the keys of its default.
    if (keys !== undefined && typeof keys !== 'string' && !Array.isArray(keys))
      replacements.value('params', name, keys);
  }
  replacements.merge(taskParamReplacements(params));
  for (const param of params) addResultReferences(replacements, specs, param, action);
  return { ...own, ...substituteStep(run, replacements) };
}

function checkParams(specs: readonly ParamSpec[], given: readonly Param[]): void {
  const declared = new Set(specs.map(({ name }) => name));
  const extra = given.filter(({ name }) => !declared.has(name));
  if (extra.length > 0) {
    const names = goList(extra.map(({ name }) => name));
    throw new TektonError('InvalidObject', `extra params passed by Step to StepAction: ${names}`);
  }
  const provided = new Set(given.map(({ name }) => name));
  const missing = specs.filter((spec) => spec.default === undefined && !provided.has(spec.name));
  if (missing.length > 0) {
    const names = goList(missing.map(({ name }) => name));
    throw new TektonError('InvalidObject', `non-existent params in Step: ${names}`);
  }
}

/** Parts of an array or object param that is a step's result as a whole: they become parts of that result. */
function addResultReferences(
  replacements: ReplacementsBuilder,
  specs: readonly ParamSpec[],
  { name, value }: Param,
  action: StepActionSpec,
): void {
  const expression = typeof value === 'string' ? /^\$\(([^()]*)\)$/.exec(value)?.[1] : undefined;
  const reference = expression === undefined ? undefined : parseResultReference(expression);
  if (expression === undefined || reference?.scope !== 'steps') return;
  const spec = specs.find((candidate) => candidate.name === name)!;
  const result = expression.replace(/\[\*\]$/, '');
  const type = typeOfSpec(spec);
  for (const target of spellings('params', name)) {
    if (type === 'object') {
      for (const key of Object.keys(spec.properties ?? {}))
        replacements.text(`${target}.${key}`, `$(${result}.${key})`);
    } else if (type === 'array') {
      for (const used of [...textsOf(action)].flatMap(expressions)) {
        const index = used.startsWith(target) ? /^\[(\d+|\*)\]$/.exec(used.slice(target.length)) : null;
        if (index) replacements.text(used, `$(${result}${index[0]})`);
      }
    }
  }
}
