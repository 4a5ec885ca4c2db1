import { TektonError } from '../error.ts';
import type { Sidecar, Step } from '../types/containers.ts';
import type { PipelineTask } from '../types/pipeline.ts';
import { aggregateLengthReferences, resultReferences } from '../variables/reference.ts';

type Container = Step | Sidecar;

/** Who depends on whom among the tasks of one section. Tasks stand in the order of the Pipeline. */
export interface TaskGraph {
  tasks: ReadonlyMap<string, PipelineTask>;
  /** Task name to the tasks it waits for, sorted. */
  parents: ReadonlyMap<string, readonly string[]>;
  /** Task name to the tasks that wait for it, in the order of the Pipeline. */
  children: ReadonlyMap<string, readonly string[]>;
}

/**
 * The values of a task in which `$(tasks.t.results.r)` makes it wait for `t`. As in Tekton, other fields (`displayName`,
 * `workspaces[].subPath`, ...) take the value of a result that one of these uses too, and wait for nothing.
 */
export function referringFields({ params, matrix, when, taskSpec }: PipelineTask): unknown[] {
  return [
    (params ?? []).map(({ value }) => value),
    (matrix?.params ?? []).map(({ value }) => value),
    (matrix?.include ?? []).flatMap((include) => (include.params ?? []).map(({ value }) => value)),
    when ?? [],
    [...(taskSpec?.steps ?? []), ...(taskSpec?.sidecars ?? [])].map(referringTexts),
  ];
}

function referringTexts({ name, image, imagePullPolicy, script, workingDir, command, args, env }: Container) {
  const values = (env ?? []).map(({ value, valueFrom }) => {
    const keys = [valueFrom?.secretKeyRef, valueFrom?.configMapKeyRef];
    return [value, ...keys.flatMap((ref) => [ref?.key, ref?.name])];
  });
  return [name, image, imagePullPolicy, script, workingDir, command, args, values];
}

/** The tasks that a task waits for: `runAfter`, and the producers of the results it uses. Sorted. */
export function dependencies(task: PipelineTask): string[] {
  const names = new Set(task.runAfter ?? []);
  const rest = referringFields(task);
  for (const scope of ['tasks', 'finally'] as const)
    for (const reference of resultReferences(rest, scope)) names.add(reference.producer);
  return [...names].sort();
}

/**
 * Builds the graph of a Pipeline's `tasks` (or of `finally`, whose tasks depend on none of each other).
 * @throws TektonError InvalidGraph, in Tekton's words: a task twice, a cycle, a dependency that is not there.
 */
export function buildTaskGraph(
  tasks: readonly PipelineTask[],
  section: 'tasks' | 'finally' = 'tasks',
): TaskGraph {
  const byName = new Map<string, PipelineTask>();
  for (const task of tasks) {
    if (byName.has(task.name)) {
      throw new TektonError(
        'InvalidGraph',
        `task ${task.name} is already present in Graph, can't add it again: duplicate pipeline task`,
      );
    }
    byName.set(task.name, task);
  }
  const parents = new Map<string, string[]>();
  for (const task of tasks) {
    const counted = aggregateLengthReferences(referringFields(task)).map(({ producer }) => producer);
    const all = new Set([...dependencies(task), ...counted.filter((name) => byName.has(name))]);
    parents.set(task.name, section === 'tasks' ? [...all].sort() : []);
  }
  refuseCycles(parents);
  const children = new Map<string, string[]>(tasks.map((task) => [task.name, []]));
  for (const [name, dependsOn] of parents) {
    for (const parent of dependsOn) {
      const list = children.get(parent);
      if (list === undefined) {
        throw new TektonError(
          'InvalidGraph',
          `couldn't add link between ${name} and ${parent}: task ${name} depends on ${parent} but ${parent} wasn't present in Pipeline`,
        );
      }
      list.push(name);
    }
  }
  return { tasks: byName, parents, children };
}

function refuseCycles(parents: ReadonlyMap<string, readonly string[]>): void {
  const waiting = new Map<string, Set<string>>();
  for (const [name, dependsOn] of parents) if (dependsOn.length > 0) waiting.set(name, new Set(dependsOn));
  const children = new Map<string, string[]>();
  for (const [name, dependsOn] of waiting) {
    for (const parent of dependsOn) children.set(parent, [...(children.get(parent) ?? []), name]);
  }
  const free = [...children.keys()].filter((name) => !waiting.has(name));
  for (let parent = free.pop(); parent !== undefined; parent = free.pop()) {
    for (const child of children.get(parent) ?? []) {
      const left = waiting.get(child);
      left?.delete(parent);
      if (left?.size === 0) {
        waiting.delete(child);
        free.push(child);
      }
    }
  }
  const first = [...waiting.keys()].sort()[0];
  if (first === undefined) return;
  const left = [...(waiting.get(first) ?? [])].sort().map((name) => JSON.stringify(name));
  throw new TektonError(
    'InvalidGraph',
    `cycle detected; task ${JSON.stringify(first)} depends on ${left.join(', ')}`,
    {
      hint: 'tasks depend on each other through runAfter or by using results; break the circle',
    },
  );
}

/** The tasks, in the order of the Pipeline, that are not in `done` and whose parents all are. */
export function schedulable(graph: TaskGraph, done: ReadonlySet<string>): string[] {
  return [...graph.tasks.keys()].filter(
    (name) => !done.has(name) && (graph.parents.get(name) ?? []).every((parent) => done.has(parent)),
  );
}
