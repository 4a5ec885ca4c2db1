import { join } from 'node:path';
import { type Client, type Controller, type Controllers, systemClock } from '@assay/kube';
import {
  type ContentStore,
  createCredentialSource,
  createRegistryClient,
  type RegistryAuths,
  storedCredentials,
} from '@assay/oci';
import {
  type AccountLogins,
  CacheStore,
  childResourceOf,
  createPipelineRunController,
  createTaskRunController,
  type LogStore,
  type ResultsLimit,
  SlotQueue,
  type TaskRunController,
} from '@assay/pipelines';
import { createImageStore, type ImageStore, type Sandbox } from '@assay/sandbox';
import type { FeatureFlags } from '@assay/tekton';
import type { Home } from '../home.ts';
import { recordedFeatureFlags } from './feature-flags.ts';
import type { ImageMap } from './image-map.ts';
import { createResolvers } from './resolvers.ts';
import { cacheLimitOf, slotsOf } from './runner-limits.ts';
import type { TektonConfig } from './tekton-config.ts';

/** What the runner works with. */
export interface RunnerOptions {
  home: Home;
  /** With the rights of the runner. */
  client: Client;
  sandbox: Sandbox;
  logs: LogStore;
  /** The factory's own registry: its content, and its host as references name it. */
  registry: { store: ContentStore; host: string };
  imageMap?: ImageMap;
  accountLogins?: AccountLogins;
  /** What runs may ask for, and how they are run. */
  tekton: TektonConfig;
  onError(error: unknown, place: string): void;
}

export interface Runner {
  taskRuns: TaskRunController;
  controllers: Controller<never>[];
  /** To be called with the controllers once they are started, for what they look up in each other's caches. */
  started(controllers: Controllers): void;
  /** Removes what earlier runners left half done. */
  sweep(): Promise<void>;
}

/** The controllers that run TaskRuns and PipelineRuns on this machine. */
export function createRunner(options: RunnerOptions): Runner {
  const { home, client, sandbox, logs, onError } = options;
  const flags = options.tekton.featureFlags;
  const recordedFlags = recordedFeatureFlags(flags);
  let running: Controllers | undefined;
  const resolvers = createResolvers({ client, registryHost: options.registry.host, tekton: options.tekton });
  const caches = new CacheStore({
    ...{ directory: join(home.sandbox, 'caches'), sandbox, clock: systemClock },
    limitBytes: cacheLimitOf(process.env),
  });
  const taskRuns = createTaskRunController({
    ...{ client, sandbox, logs, featureFlags: recordedFlags, resolvers },
    flags,
    resultsLimit: resultsLimitOf(flags),
    images: imageStore(options),
    ...(options.accountLogins && { accountLogins: options.accountLogins }),
    caches,
    slots: new SlotQueue(slotsOf(process.env)),
    clock: systemClock,
    attemptsDirectory: join(home.sandbox, 'attempts'),
    claimsDirectory: join(home.sandbox, 'claims'),
    graceMs: 5000,
    onError: (error, key) => onError(error, `taskrun ${key.namespace}/${key.name}`),
  });
  const pipelineRuns = createPipelineRunController({
    ...{ client, resolvers },
    recordedFlags,
    featureFlags: flags,
    defaults: options.tekton.defaults,
    watched: (kind) => ({
      get: (namespace, name) => running?.lister(childResourceOf(kind)).get(namespace, name),
    }),
  });
  return {
    taskRuns,
    controllers: [taskRuns, pipelineRuns] as Controller<never>[],
    sweep: () => caches.sweep(),
    started: (controllers) => {
      running = controllers;
    },
  };
}

/** None unless a method of Tekton's is asked for by name. */
function resultsLimitOf({ resultExtractionMethod, maxResultSize = 4096 }: FeatureFlags): ResultsLimit {
  if (resultExtractionMethod === 'sidecar-logs') return { bytesEach: maxResultSize };
  return resultExtractionMethod === 'termination-message' ? 'tekton' : 'none';
}

/** Images of the own registry come from its directory, others from theirs: with the run's logins, else with the user's. */
function imageStore({ home, registry, imageMap }: RunnerOptions): ImageStore {
  const logins = createCredentialSource();
  const remote = createRegistryClient({ credentials: logins });
  const isOwn = (repository: string) => {
    const host = repository.slice(0, repository.indexOf('/'));
    // `localhost/x` without a port means the factory's own registry, too.
    return host === 'localhost' || host === registry.host;
  };
  const storeFor = (repository: string, auths?: RegistryAuths): ContentStore => {
    if (isOwn(repository)) return registry.store;
    return auths ? createRegistryClient({ credentials: storedCredentials(auths, logins) }) : remote;
  };
  return createImageStore({ home: home.sandbox, store: storeFor, ...(imageMap && { rewrite: imageMap }) });
}
