import type { Param } from '../types/params.ts';
import type { PipelineSpec, PipelineTask } from '../types/pipeline.ts';
import { textsOf } from '../variables/reference.ts';
import type { Findings } from './field-error.ts';
import { isMatrixed } from './matrix.ts';
import { artifactsFlag, usesArtifactOfTask } from './steps.ts';
import { checkKnown, expressionsIn, looksLikeResult, parseResult } from './substitution.ts';

const sections = ['tasks', 'finally'] as const;

/** The expressions of a value. */
const usedIn = (value: unknown): string[] => [...textsOf(value)].flatMap(expressionsIn);

/** The expressions of each param and each when of a task, with where they are. */
function* paramsAndWhen(task: PipelineTask, findings: Findings): Generator<{ used: string[]; at: Findings }> {
  for (const { name, value } of task.params ?? []) {
    yield { used: usedIn(value), at: findings.at('params', name).at('value') };
  }
  for (const [index, { input, cel, values }] of (task.when ?? []).entries()) {
    yield { used: usedIn([input, cel, values]), at: findings.at('when', index) };
  }
}

const prefixes = new Set(['params', 'tasks', 'finally', 'context', 'workspaces', 'results']);

/** Expressions that begin with nothing Tekton knows, often meant for a shell. */
export function validatePrefixes(spec: PipelineSpec, findings: Findings): void {
  const check = (used: readonly string[], at: Findings) => {
    for (const expression of used) {
      if (prefixes.has(expression.split('.')[0] as string)) continue;
      at.invalid(
        `invalid variable reference "$(${expression})", must start with a valid prefix: params, tasks, finally, context, workspaces, or results; if you meant a shell variable, use \${VAR} instead`,
      );
    }
  };
  for (const section of sections) {
    for (const [index, task] of (spec[section] ?? []).entries()) {
      const own = findings.at(section, index);
      for (const { used, at } of paramsAndWhen(task, own)) check(used, at);
      if (!isMatrixed(task)) continue;
      for (const { name, value } of task.matrix?.params ?? []) {
        check(usedIn(value), own.at('matrix').at('params', name).at('value'));
      }
      for (const [place, { params = [] }] of (task.matrix?.include ?? []).entries()) {
        const at = own.at('matrix').at('include', place);
        for (const { name, value } of params) check(usedIn(value), at.at('params', name).at('value'));
      }
    }
  }
}

const status = /^tasks\..*\.(status|reason)$|^tasks\.(status|reason)$/;

/** What only finally tasks may ask, and only of tasks that exist. */
export function validateStatusUse(spec: PipelineSpec, findings: Findings): void {
  const tasks = new Set((spec.tasks ?? []).map(({ name }) => name));
  for (const section of sections) {
    for (const [index, task] of (spec[section] ?? []).entries()) {
      for (const { used, at } of paramsAndWhen(task, findings.at(section, index))) {
        if (used.some(looksLikeResult)) continue;
        const asked = used.filter((expression) => status.test(expression));
        if (section === 'tasks') {
          if (asked.length > 0) {
            at.invalid(
              'pipeline tasks can not refer to execution status of any other pipeline task or aggregate status of tasks',
            );
          }
          continue;
        }
        for (const expression of asked) {
          const name = expression.replace(/^tasks\./, '').replace(/\.(status|reason)$/, '');
          if (expression === 'tasks.status' || tasks.has(name)) continue;
          at.invalid(`pipeline task ${name} is not defined in the pipeline`);
        }
      }
    }
  }
}

/** `runAfter` and results in finally tasks. */
export function validateFinalTasks(spec: PipelineSpec, findings: Findings): void {
  const tasks = new Set((spec.tasks ?? []).map(({ name }) => name));
  const finals = new Set((spec.finally ?? []).map(({ name }) => name));
  for (const [index, task] of (spec.finally ?? []).entries()) {
    const own = findings.at('finally', index);
    if ((task.runAfter ?? []).length > 0) {
      own.invalid(`no runAfter allowed under spec.finally, final task ${task.name} has runAfter specified`);
    }
    for (const { used, at } of paramsAndWhen(task, own)) {
      for (const expression of used) {
        const producer = parseResult(expression)?.task;
        if (producer === undefined) continue;
        const words = 'invalid task result reference, final task has task result reference from a';
        if (finals.has(producer)) at.invalid(`${words} final task ${producer}`);
        else if (!tasks.has(producer))
          at.invalid(`${words} task ${producer} which is not defined in the pipeline`);
      }
    }
  }
}

/** Results of tasks that are Pipelines: those stay with the child. */
export function validateChildResults(spec: PipelineSpec, findings: Findings): void {
  const nested = new Set(
    (spec.tasks ?? []).filter((task) => task.pipelineRef || task.pipelineSpec).map(({ name }) => name),
  );
  if (nested.size === 0) return;
  for (const section of sections) {
    for (const [index, task] of (spec[section] ?? []).entries()) {
      for (const { task: producer } of resultsUsed(task)) {
        if (!nested.has(producer)) continue;
        findings
          .at(section, index)
          .invalid(
            `result reference to pipelineTask ${JSON.stringify(producer)} is not supported: referenced task uses pipelineRef or pipelineSpec and result propagation from child Pipelines is not yet implemented`,
          );
      }
    }
  }
}

function resultsUsed({ params, matrix, when, taskSpec }: PipelineTask) {
  const containers = [...(taskSpec?.steps ?? []), ...(taskSpec?.sidecars ?? [])];
  const used = usedIn([params, matrix, when, containers]);
  return used.flatMap((expression) => parseResult(expression) ?? []);
}

const contexts = {
  'context.pipelineRun': new Set(['name', 'namespace', 'uid']),
  'context.pipeline': new Set(['name']),
  'context.pipelineTask': new Set(['retries']),
};

/** Context variables that do not exist; Tekton looks at the params of the last task of a section alone. */
export function validateContextUse(spec: PipelineSpec, findings: Findings): void {
  for (const section of sections) {
    const tasks = spec[section] ?? [];
    const last = tasks.at(-1);
    if (last === undefined) continue;
    const { params = [], matrix } = last;
    const all: Param[] = [
      ...params,
      ...(matrix?.params ?? []),
      ...(matrix?.include ?? []).flatMap((item) => item.params ?? []),
    ];
    const at = findings.at(section);
    for (const { name, value } of all) {
      const place = findings
        .at(section, tasks.length - 1)
        .at('params', name)
        .called(at.path)
        .at('value');
      for (const text of textsOf(value)) {
        for (const [prefix, known] of Object.entries(contexts)) checkKnown(text, prefix, known, place);
      }
    }
  }
}

/** Artifacts of tasks in params, where their flag is not set. */
export function validateArtifactUse(
  spec: PipelineSpec,
  enabled: boolean | undefined,
  findings: Findings,
): void {
  if (enabled === true) return;
  for (const section of sections) {
    for (const [index, { params }] of (spec[section] ?? []).entries()) {
      if (![...textsOf((params ?? []).map(({ value }) => value))].some(usesArtifactOfTask)) continue;
      findings.at(section, index).add(artifactsFlag, ['params']);
      return;
    }
  }
}
