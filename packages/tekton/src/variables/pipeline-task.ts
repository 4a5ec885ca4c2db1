import type { PipelineRef, TaskRef } from '../types/params.ts';
import type { PipelineSpec, PipelineTask } from '../types/pipeline.ts';
import { replaceParams, replaceText, replaceWhen } from './replace.ts';
import type { Replacements } from './replacements.ts';
import { spellings } from './replacements.ts';
import { substituteTaskSpec } from './task-spec.ts';
import { replaceFields } from './volumes.ts';

/**
 * A copy of a PipelineTask with variables replaced: its own fields and everything of an embedded taskSpec. Within
 * that taskSpec, names of params that the task itself sets or declares mean its own params: outer ones are hidden. A
 * nested pipelineSpec stays as it is: its variables belong to the PipelineRun made from it.
 */
export function substitutePipelineTask(task: PipelineTask, replacements: Replacements): PipelineTask {
  const copy: PipelineTask = { ...task };
  if (copy.params) copy.params = replaceParams(copy.params, replacements);
  if (copy.when) copy.when = replaceWhen(copy.when, replacements);
  if (copy.matrix) copy.matrix = substituteMatrix(copy.matrix, replacements);
  if (copy.displayName !== undefined && copy.matrix === undefined) {
    copy.displayName = replaceText(copy.displayName, replacements);
  }
  if (copy.onError !== undefined) copy.onError = replaceText(copy.onError, replacements);
  if (copy.workspaces) {
    copy.workspaces = copy.workspaces.map((binding) => replaceFields(binding, ['subPath'], replacements));
  }
  if (copy.taskRef) copy.taskRef = substituteReference(copy.taskRef, replacements);
  if (copy.pipelineRef) copy.pipelineRef = substituteReference(copy.pipelineRef, replacements);
  if (copy.taskSpec) copy.taskSpec = substituteTaskSpec(copy.taskSpec, withoutOwnParams(task, replacements));
  return copy;
}

function substituteReference<T extends TaskRef | PipelineRef>(reference: T, replacements: Replacements): T {
  const copy = replaceFields(reference, ['name'], replacements);
  if (copy.params) copy.params = replaceParams(copy.params, replacements);
  return copy;
}

function substituteMatrix(matrix: NonNullable<PipelineTask['matrix']>, replacements: Replacements) {
  const copy = { ...matrix };
  if (copy.params) copy.params = replaceParams(copy.params, replacements);
  if (copy.include) {
    copy.include = copy.include.map((include) =>
      include.params ? { ...include, params: replaceParams(include.params, replacements) } : include,
    );
  }
  return copy;
}

/**
 * The replacements an embedded spec may see: without the params it has itself. Of an object that the task gives only in
 * part, and does not declare, it still sees the outer one's other keys.
 */
function withoutOwnParams(task: PipelineTask, replacements: Replacements): Replacements {
  const own = new Set<string>();
  for (const { name } of [
    ...(task.taskSpec?.params ?? []),
    ...(task.params ?? []),
    ...(task.matrix?.params ?? []),
    ...(task.matrix?.include ?? []).flatMap((include) => include.params ?? []),
  ]) {
    for (const target of spellings('params', name)) own.add(target);
  }
  if (own.size === 0) return replacements;
  const inherited = inheritedKeys(task, replacements);
  const hidden = (key: string): boolean => {
    if (inherited.has(key)) return false;
    if (own.has(key)) return true;
    for (const target of own) if (key.startsWith(`${target}.`) || key.startsWith(`${target}[`)) return true;
    return false;
  };
  const visible = <V>(map: ReadonlyMap<string, V>) => new Map([...map].filter(([key]) => !hidden(key)));
  return {
    strings: visible(replacements.strings),
    arrays: visible(replacements.arrays),
    objects: visible(replacements.objects),
  };
}

/** `params.o.k` of each object that a task's own params continue. */
function inheritedKeys({ taskSpec, params = [] }: PipelineTask, { objects }: Replacements): Set<string> {
  const declared = new Set((taskSpec?.params ?? []).map(({ name }) => name));
  const keys = new Set<string>();
  for (const { name, value } of params) {
    const outer = objects.get(`params.${name}`);
    if (declared.has(name) || typeof value !== 'object' || Array.isArray(value) || !outer) continue;
    for (const key of Object.keys(outer)) if (!Object.hasOwn(value, key)) keys.add(`params.${name}.${key}`);
  }
  return keys;
}

/** A copy of a Pipeline's spec with variables replaced in all tasks; declarations and results stay. */
export function substitutePipelineSpec(spec: PipelineSpec, replacements: Replacements): PipelineSpec {
  const copy: PipelineSpec = { ...spec };
  if (copy.tasks) copy.tasks = copy.tasks.map((task) => substitutePipelineTask(task, replacements));
  if (copy.finally) copy.finally = copy.finally.map((task) => substitutePipelineTask(task, replacements));
  return copy;
}
