import type { Fields } from './fields.ts';
import { fieldsOf } from './fields.ts';

/** Fields of `v1beta1` that no new object may have any more, as paths that belong to one complaint. */
export function refusedFields(kind: string, spec: Fields): string[][] {
  const found: string[][] = [];
  const add = (present: unknown, ...paths: string[]) => {
    if (present !== undefined && present !== '') found.push(paths);
  };
  const ofPipeline = (pipeline: Fields, path: string) => {
    for (const section of ['tasks', 'finally']) {
      for (const [index, item] of list(pipeline[section]).entries()) {
        const at = `${path}.${section}[${index}]`;
        const task = fieldsOf(item);
        add(task.resources, `${at}.resources`);
        add(fieldsOf(task.taskSpec).resources, `${at}.taskSpec.resources`);
        add(fieldsOf(task.taskRef).bundle, `${at}.taskRef.bundle`);
        add(fieldsOf(task.pipelineRef).bundle, `${at}.pipelineRef.bundle`);
      }
    }
  };
  add(spec.resources, 'spec.resources');
  if (kind === 'Pipeline') ofPipeline(spec, 'spec');
  if (kind === 'TaskRun') {
    add(fieldsOf(spec.taskRef).bundle, 'spec.taskRef.bundle');
    add(fieldsOf(spec.taskSpec).resources, 'spec.taskSpec.resources');
  }
  if (kind === 'PipelineRun') {
    if (spec.timeout !== undefined) add(spec.timeouts, 'spec.timeout', 'spec.timeouts');
    add(fieldsOf(spec.pipelineRef).bundle, 'spec.pipelineRef.bundle');
    add(fieldsOf(spec.pipelineSpec).resources, 'spec.pipelineSpec.resources');
    ofPipeline(fieldsOf(spec.pipelineSpec), 'spec.pipelineSpec');
  }
  return found;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
