import { isDeepStrictEqual } from 'node:util';
import { isDone } from '../conditions/succeeded.ts';
import { setPipelineRunDefaults, setTaskRunDefaults } from '../defaults/set-defaults.ts';
import type { PipelineRun } from '../types/pipelinerun.ts';
import type { TaskRun } from '../types/taskrun.ts';
import type { FieldError } from './field-error.ts';
import { Findings, mergeFieldErrors } from './field-error.ts';

interface Rules<T extends { spec: object }> {
  kind: string;
  /** Fields of the spec that may change while the run goes on. */
  free: readonly (keyof T['spec'] & string)[];
  freeWords: string;
  setDefaults: (run: T) => T;
}

/** `undefined` fields count as absent. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
const same = (a: unknown, b: unknown): boolean => isDeepStrictEqual(plain(a), plain(b));

function validateUpdate<T extends TaskRun | PipelineRun>(old: T, next: T, rules: Rules<T>): FieldError[] {
  const findings = new Findings();
  const at = findings.at('spec');
  if (old.spec.managedBy !== next.spec.managedBy) at.invalid('managedBy is immutable', 'spec.managedBy');
  const before: Record<string, unknown> = { ...old.spec, managedBy: next.spec.managedBy };
  if (isDone(old)) {
    const onlyDefaults = same(old.spec, next.spec) || same(rules.setDefaults(old).spec, next.spec);
    if (!onlyDefaults) at.invalid(`Once the ${rules.kind} is complete, no updates are allowed`);
    return mergeFieldErrors(findings.errors);
  }
  const after: Record<string, unknown> = { ...next.spec };
  for (const field of rules.free) before[field] = after[field];
  if (!same(before, after)) {
    at.invalid(`Once the ${rules.kind} has started, only ${rules.freeWords} updates are allowed`);
  }
  return mergeFieldErrors(findings.errors);
}

/** What may change in an accepted TaskRun: `status` and `statusMessage`, nothing once it is done. */
export function validateTaskRunUpdate(old: TaskRun, next: TaskRun): FieldError[] {
  return validateUpdate(old, next, {
    kind: 'TaskRun',
    free: ['status', 'statusMessage'],
    freeWords: 'status and statusMessage',
    setDefaults: setTaskRunDefaults,
  });
}

/** What may change in an accepted PipelineRun: `status`, nothing once it is done. */
export function validatePipelineRunUpdate(old: PipelineRun, next: PipelineRun): FieldError[] {
  return validateUpdate(old, next, {
    kind: 'PipelineRun',
    free: ['status'],
    freeWords: 'status',
    setDefaults: setPipelineRunDefaults,
  });
}
