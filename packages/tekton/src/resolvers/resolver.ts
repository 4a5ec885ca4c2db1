import { TektonError } from '../error.ts';
import type { Param, PipelineRef, TaskRef } from '../types/params.ts';
import type { Pipeline } from '../types/pipeline.ts';
import type { RefSource } from '../types/status.ts';
import type { Task } from '../types/task.ts';

/** What a reference led to, and where it came from. */
export interface Resolved<T> {
  object: T;
  /** Absent for objects of the same cluster, as in Tekton. */
  source?: RefSource;
}

/**
 * Finds definitions outside the cluster (`git`, `bundles`, `http`, `hub`, `cluster`). Does I/O; lives in other packages.
 * What it returns is untrusted until defaults are set and validation has passed.
 * @throws TektonError NotFound, with a message that says what was looked for and where.
 */
export interface Resolver {
  /** The value of `resolver:` that this answers. */
  readonly name: string;
  resolve(kind: 'Task' | 'Pipeline', params: readonly Param[]): Promise<Resolved<Task | Pipeline>>;
}

/** Finds a definition of the same namespace by name; undefined when there is none. */
export type Lookup<T> = (name: string) => Promise<T | undefined>;

export interface ReferenceSources<T> {
  lookup: Lookup<T>;
  resolvers?: readonly Resolver[];
}

async function resolveReference<T extends Task | Pipeline>(
  reference: TaskRef | PipelineRef,
  kind: 'Task' | 'Pipeline',
  { lookup, resolvers = [] }: ReferenceSources<T>,
): Promise<Resolved<T>> {
  if (reference.resolver) {
    const resolver = resolvers.find(({ name }) => name === reference.resolver);
    if (resolver === undefined) {
      throw new TektonError(
        'UnsupportedReference',
        `the resolver ${JSON.stringify(reference.resolver)} is not available`,
        {
          hint:
            resolvers.length === 0
              ? `refer to the ${kind} by name and add it to the factory first`
              : `available resolvers: ${resolvers.map(({ name }) => name).join(', ')}`,
        },
      );
    }
    return (await resolver.resolve(kind, reference.params ?? [])) as Resolved<T>;
  }
  const name = reference.name ?? '';
  const object = await lookup(name);
  if (object === undefined) {
    throw new TektonError('NotFound', `${kind.toLowerCase()}s.tekton.dev ${JSON.stringify(name)} not found`, {
      hint: `create the ${kind} first, or put it into the same file`,
    });
  }
  return { object };
}

/** The Task a taskRef means. @throws TektonError NotFound, UnsupportedReference */
export function resolveTaskRef(reference: TaskRef, sources: ReferenceSources<Task>): Promise<Resolved<Task>> {
  return resolveReference(reference, 'Task', sources);
}

/** The Pipeline a pipelineRef means. @throws TektonError NotFound, UnsupportedReference */
export function resolvePipelineRef(
  reference: PipelineRef,
  sources: ReferenceSources<Pipeline>,
): Promise<Resolved<Pipeline>> {
  return resolveReference(reference, 'Pipeline', sources);
}
