import { TektonError } from '../error.ts';
import type { VerificationResult } from '../trusted-resources/verify.ts';
import type { Param, PipelineRef, StepRef, TaskRef } from '../types/params.ts';
import type { Pipeline } from '../types/pipeline.ts';
import type { RefSource } from '../types/status.ts';
import type { StepAction, Task } from '../types/task.ts';

export type DefinitionKind = 'Task' | 'Pipeline' | 'StepAction';
export type Definition = Task | Pipeline | StepAction;

/** What a reference led to, and where it came from. */
export interface Resolved<T> {
  object: T;
  /** Absent for objects of the same cluster, as in Tekton. */
  source?: RefSource;
  /** What trusted resources say; absent when nobody asked them. */
  verification?: VerificationResult;
}

/** For whom something is resolved. */
export interface ResolutionContext {
  /** Of the run: its secrets and policies count. */
  namespace: string;
  /** Ends the resolution. */
  signal?: AbortSignal;
}

/**
 * Finds definitions outside the namespace (`git`, `bundles`, `http`, `hub`, `cluster`). Does I/O. What it returns is
 * untrusted until defaults are set and validation has passed.
 * @throws TektonError ResolutionFailed, with a message that says what was looked for and where.
 */
export interface Resolver {
  /** The value of `resolver:` that this answers. */
  readonly name: string;
  resolve(
    kind: DefinitionKind,
    params: readonly Param[],
    context?: ResolutionContext,
  ): Promise<Resolved<Definition>>;
}

/** Finds a definition of the same namespace by name; undefined when there is none. */
export type Lookup<T> = (name: string) => Promise<T | undefined>;

export interface ReferenceSources<T> {
  lookup: Lookup<T>;
  resolvers?: readonly Resolver[];
  /** Needed by resolvers that use the run's secrets. @default the namespace `default` */
  context?: ResolutionContext;
}

type Reference = TaskRef | PipelineRef | StepRef;

async function resolveReference<T extends Definition>(
  reference: Reference,
  kind: DefinitionKind,
  { lookup, resolvers = [], context }: ReferenceSources<T>,
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
    return (await resolver.resolve(kind, paramsOf(reference), context)) as Resolved<T>;
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

/** The params of a reference; a name that is a URL stands for the param `url`, Tekton's concise syntax. */
function paramsOf({ name, params = [] }: Reference): readonly Param[] {
  return name && params.length === 0 ? [{ name: 'url', value: name }] : params;
}

/** The Task a taskRef means. @throws TektonError NotFound, UnsupportedReference, ResolutionFailed */
export function resolveTaskRef(reference: TaskRef, sources: ReferenceSources<Task>): Promise<Resolved<Task>> {
  return resolveReference(reference, 'Task', sources);
}

/** The Pipeline a pipelineRef means. @throws TektonError NotFound, UnsupportedReference, ResolutionFailed */
export function resolvePipelineRef(
  reference: PipelineRef,
  sources: ReferenceSources<Pipeline>,
): Promise<Resolved<Pipeline>> {
  return resolveReference(reference, 'Pipeline', sources);
}

/** The StepAction a step's ref means. @throws TektonError NotFound, UnsupportedReference, ResolutionFailed */
export function resolveStepActionRef(
  reference: StepRef,
  sources: ReferenceSources<StepAction>,
): Promise<Resolved<StepAction>> {
  return resolveReference(reference, 'StepAction', sources);
}
