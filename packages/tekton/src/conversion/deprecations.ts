import type { Fields } from './fields.ts';
import { fieldsOf, itemsOf } from './fields.ts';

/** Where Tekton keeps what the newer version cannot hold, so that nothing is lost on the way back. */
export const conversionAnnotations = {
  deprecations: 'tekton.dev/v1beta1.task-deprecations',
  resources: 'tekton.dev/v1beta1Resources',
} as const;

/** Fields that steps had when they were whole containers. */
const stepFields = [
  'ports',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'terminationMessagePath',
  'terminationMessagePolicy',
  'stdin',
  'stdinOnce',
  'tty',
];
const templateFields = ['name', ...stepFields];
export const deprecatedFields = { step: stepFields, stepTemplate: templateFields } as const;

const picked = (fields: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(names.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])));

/** What is set aside of one Task while its object is converted, by the Task's name. */
export type Deprecations = Map<string, Fields>;

/** Remembers the deprecated fields of a Task's spec, when there are any. */
export function setAside(deprecations: Deprecations, task: string, spec: Fields): void {
  const steps = itemsOf(spec, 'steps').map((step) => picked(step, stepFields));
  const template = picked(fieldsOf(spec.stepTemplate), templateFields);
  if (steps.every((step) => Object.keys(step).length === 0) && Object.keys(template).length === 0) return;
  const entry: Fields = { deprecatedSteps: steps.map((step) => ({ name: '', resources: {}, ...step })) };
  if (spec.stepTemplate !== undefined) entry.deprecatedStepTemplate = { resources: {}, ...template };
  deprecations.set(task, entry);
}

/** The fields that were set aside, as they go back into the steps and the template. */
export function broughtBack(entry: Fields | undefined): { steps: Fields[]; template: Fields } {
  return {
    steps: itemsOf(entry ?? {}, 'deprecatedSteps').map((step) => picked(step, stepFields)),
    template: picked(fieldsOf(entry?.deprecatedStepTemplate), templateFields),
  };
}
