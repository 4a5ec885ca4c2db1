import { isOciError } from '@assay/oci';
import { toV1 } from '../conversion/to-v1.ts';
import type { DefaultsConfig, FeatureFlags } from '../defaults/config.ts';
import { defaultMaximumResolutionTimeoutMs } from '../defaults/config.ts';
import { setDefaults } from '../defaults/set-defaults.ts';
import { formatDuration } from '../duration.ts';
import { TektonError } from '../error.ts';
import { readManifest } from '../manifest/index.ts';
import type { VerificationResult } from '../trusted-resources/verify.ts';
import type { Param } from '../types/params.ts';
import type { RefSource } from '../types/status.ts';
import { formatFieldErrors } from '../validation/field-error.ts';
import { validateObject } from '../validation/validate.ts';
import type { ResolutionCache } from './cache.ts';
import type { Definition, DefinitionKind, ResolutionContext, Resolver } from './resolver.ts';

/** What came from elsewhere. */
export interface ResolvedResource {
  data: Uint8Array;
  refSource: RefSource;
  /** `resolution.tekton.dev/...`. */
  annotations: Record<string, string>;
}

/** A resolver's params by name; texts only. */
export type ResolverParams = ReadonlyMap<string, string>;

/** The part of a resolver that is its own: from params to bytes. */
export interface RemoteResolver {
  readonly name: string;
  /** @throws TektonError ResolutionFailed, in Tekton's words */
  fetch(params: ResolverParams, context: Required<ResolutionContext>): Promise<ResolvedResource>;
  /** True when the params can only ever lead to the same bytes; then they are remembered. */
  isImmutable(params: ResolverParams): boolean;
}

/** Asked for each definition that a resolver brings, before its defaults are set by anybody. */
export type Verify = (
  definition: Definition,
  source: RefSource,
  context: ResolutionContext,
) => Promise<VerificationResult>;

export interface ResolverOptions {
  cache?: ResolutionCache;
  /** Limit of one resolution, milliseconds. @default 60000 */
  timeoutMs?: number;
  defaults?: DefaultsConfig;
  featureFlags?: FeatureFlags;
  /** @default nothing is verified */
  verify?: Verify;
}

export const resolutionFailed = (
  message: string,
  options: { hint?: string; cause?: unknown } = {},
): TektonError => new TektonError('ResolutionFailed', message, options);

const largestDefinition = 4 * 1024 * 1024;

/**
 * A resolver with what all of them share: a time limit, a memory for immutable references, and the reading,
 * conversion, verification and validation of what comes back. Untrusted text enters here.
 */
export function createResolver(remote: RemoteResolver, options: ResolverOptions = {}): Resolver {
  return {
    name: remote.name,
    resolve: async (kind, params, context = { namespace: 'default' }) => {
      const resource = await fetchResource(remote, params, context, options);
      const source = resource.refSource;
      const found = await decodeDefinition(resource.data, kind);
      const own = { ...found.metadata };
      delete own.ownerReferences;
      const definition = { ...found, metadata: own };
      const verification = await options.verify?.(definition, source, context);
      const object = setDefaults(toV1(definition), options.defaults);
      const problems = validateObject(object, {
        ...(options.featureFlags && { featureFlags: options.featureFlags }),
        ...(options.defaults && { defaults: options.defaults }),
      });
      if (problems.length > 0) {
        throw resolutionFailed(
          `admission webhook "validation.webhook.pipeline.tekton.dev" denied the request: validation failed: ${formatFieldErrors(problems)}`,
        );
      }
      return { object: object as Definition, source, ...(verification && { verification }) };
    },
  };
}

/** The bytes behind params, remembered or fetched. @throws TektonError ResolutionFailed */
export async function fetchResource(
  remote: RemoteResolver,
  given: readonly Param[],
  context: ResolutionContext,
  { cache, timeoutMs = defaultMaximumResolutionTimeoutMs }: ResolverOptions,
): Promise<ResolvedResource> {
  const params: ResolverParams = new Map(
    given.flatMap(({ name, value }) => (typeof value === 'string' ? [[name, value] as const] : [])),
  );
  const mode = params.get('cache') ?? 'auto';
  if (!['always', 'never', 'auto'].includes(mode)) {
    throw resolutionFailed(
      `invalid cache mode '${mode}', must be one of: [always never auto] (or empty for default)`,
    );
  }
  const keep = cache !== undefined && (mode === 'always' || (mode === 'auto' && remote.isImmutable(params)));
  const key = JSON.stringify([
    remote.name,
    context.namespace,
    [...params].filter(([name]) => name !== 'cache').sort(),
  ]);
  const known = keep ? cache.get(key) : undefined;
  if (known !== undefined) return known;
  const limit = AbortSignal.timeout(timeoutMs);
  const signal = context.signal ? AbortSignal.any([context.signal, limit]) : limit;
  try {
    const resource = await raceWith(signal, remote.fetch(params, { ...context, signal }));
    if (resource.data.byteLength > largestDefinition) {
      throw resolutionFailed(
        `the resolved resource of ${resource.data.byteLength} bytes exceeds ${largestDefinition}`,
      );
    }
    if (keep) cache.set(key, resource, remote.isImmutable(params));
    return resource;
  } catch (error) {
    if (limit.aborted) {
      const text = formatDuration(timeoutMs);
      throw resolutionFailed(`resolution took longer than global timeout of ${text}`, {
        hint: 'see whether the host can be reached from here',
        cause: error,
      });
    }
    if (error instanceof TektonError || context.signal?.aborted) throw error;
    if (isOciError(error)) {
      throw resolutionFailed(error.message, {
        cause: error,
        ...(error.hint !== undefined && { hint: error.hint }),
      });
    }
    throw resolutionFailed(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function raceWith<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

const words: Readonly<Record<DefinitionKind, string>> = {
  Task: 'resource is not a task',
  Pipeline: 'resource is not a pipeline',
  StepAction: 'resource is not a StepAction',
};

/** The one definition in a text. @throws TektonError ResolutionFailed */
async function decodeDefinition(data: Uint8Array, kind: DefinitionKind): Promise<Definition> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(data);
  } catch (cause) {
    throw resolutionFailed('invalid runtime object: it is not text in UTF-8', { cause });
  }
  const { objects, problems } = await readManifest(text, 'the resolved resource');
  const [problem] = problems;
  if (problem !== undefined) {
    throw resolutionFailed(
      `invalid runtime object: ${problem.message} (line ${problem.line}, column ${problem.column})`,
      {
        ...(problem.hint !== undefined && { hint: problem.hint }),
      },
    );
  }
  const [object] = objects;
  if (object === undefined) throw resolutionFailed("invalid runtime object: Object 'Kind' is missing");
  if (object.kind !== kind || !object.apiVersion.startsWith('tekton.dev/')) {
    throw resolutionFailed(words[kind], { hint: `it is ${object.apiVersion} ${object.kind}` });
  }
  return object as unknown as Definition;
}
