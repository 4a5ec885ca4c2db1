import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  adminIdentity,
  type Client,
  type Controllers,
  createApiServer,
  createStore,
  createTokenAuthenticator,
  observerIdentity,
  runnerIdentity,
  startControllers,
  systemClock,
} from '@assay/kube';
import { type ContentStore, createRegistryClient, createRegistryServer, openLayoutStore } from '@assay/oci';
import {
  createLogStore,
  createPipelineRunController,
  createTaskRunController,
  type LogStore,
} from '@assay/pipelines';
import { createImageStore, createSandbox, type RuntimeInfo } from '@assay/sandbox';
import { createGitServer } from '@assay/source';
import { type FeatureFlags, PipelineRuns, Pipelines, StepActions, TaskRuns, Tasks } from '@assay/tekton';
import type { Home } from '../home.ts';
import { createClaimController } from './claim-controller.ts';
import { featureFlags } from './feature-flags.ts';
import type { ImageMap } from './image-map.ts';
import { authorizeRegistry } from './registry-access.ts';
import { registryPort } from './registry-address.ts';
import { startObserver } from './start-observer.ts';

/** A factory that runs in this process, with its observer in another. */
export interface Factory {
  /** With the rights of the person who runs it. */
  client: Client;
  logs: LogStore;
  /** As references name it: `localhost:<port>`. */
  registryHost: string;
  runtime: RuntimeInfo;
  /** Resolves when the observer watches. */
  observed: Promise<{ fingerprint: string }>;
  /** Stops the running steps without ending their runs, and everything else after them. */
  stop(): Promise<void>;
}

export interface FactoryOptions {
  home: Home;
  imageMap?: ImageMap;
  /** What PipelineRuns may ask for. @default Tekton's own flags */
  featureFlags?: FeatureFlags;
  /** Told what goes wrong behind the scenes. */
  onError(error: unknown, place: string): void;
}

/**
 * Starts the embedded factory: the store and its API, the registry and the git server on one loopback port, the runner,
 * and the observer as a process of its own.
 * @throws KubeError StoreLocked when another process runs this home's factory
 */
export async function startFactory(options: FactoryOptions): Promise<Factory> {
  const { home, imageMap, onError } = options;
  const undo: (() => unknown)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const store = createStore({
      path: home.store,
      resources: [Tasks, Pipelines, TaskRuns, PipelineRuns, StepActions],
      onError: (error) => onError(error, 'garbage collection'),
    });
    undo.push(() => store.close());

    const tokens = { admin: newToken(), observer: newToken() };
    const authenticator = createTokenAuthenticator([
      [tokens.admin, adminIdentity],
      [tokens.observer, observerIdentity],
    ]);
    const api = await createApiServer({ store, authenticator, onError: (error) => onError(error, 'api') });
    const apiSocket = join(home.run, 'api.sock');
    const layout = openLayoutStore(home.registry);
    const registry = await createRegistryServer({ store: layout, authorize: authorizeRegistry });
    const git = createGitServer({ root: home.repositories });
    registry.app.addHook('onRequest', (request, reply, done) => {
      if (git.handle(request.raw, reply.raw)) reply.hijack();
      else done();
    });
    undo.push(() => git.close());
    const port = await registryPort(home);
    const registrySocket = join(home.run, 'registry.sock');
    undo.push(
      () => registry.close(),
      () => api.close(),
    );
    await Promise.all([
      api.listen({ socketPath: apiSocket }),
      registry.listen({ port }),
      registry.listen({ socketPath: registrySocket }),
    ]);
    const registryHost = `localhost:${port}`;
    const observer = startObserver(
      { apiSocket, token: tokens.observer, keys: home.keys, registryHost },
      (code) =>
        onError(
          new Error(`the observer ended with code ${code}; runs are not signed until the next start`),
          'observer',
        ),
    );
    undo.push(() => observer.stop());

    const sandbox = await createSandbox({
      home: home.sandbox,
      services: [{ port, socketPath: registrySocket }],
    });
    undo.push(() => sandbox.close());
    const remote = createRegistryClient();
    const isOwn = (repository: string) =>
      /^localhost(:\d+)?\//.test(repository) && ownHost(repository, registryHost);
    const images = createImageStore({
      home: home.sandbox,
      store: (repository): ContentStore => (isOwn(repository) ? layout : remote),
      ...(imageMap && { rewrite: imageMap }),
    });
    const client = store.client(runnerIdentity);
    const logs = createLogStore(home.logs);
    const claims = join(home.sandbox, 'claims');
    const attempts = join(home.sandbox, 'attempts');
    // Of attempts whose runner was killed: scripts, workspaces and secrets of steps that are no more.
    await sandbox.removeVolume(attempts).catch((error) => onError(error, 'earlier attempts'));
    const taskRuns = createTaskRunController({
      client,
      sandbox,
      images,
      logs,
      clock: systemClock,
      attemptsDirectory: attempts,
      claimsDirectory: claims,
      graceMs: 5000,
      featureFlags,
      onError: (error, key) => onError(error, `taskrun ${key.namespace}/${key.name}`),
    });
    const controllers: Controllers = startControllers(
      client,
      [
        taskRuns,
        createPipelineRunController({
          client,
          recordedFlags: featureFlags,
          ...(options.featureFlags && { featureFlags: options.featureFlags }),
          taskRuns: { get: (namespace, name) => controllers.lister(TaskRuns).get(namespace, name) },
        }),
        createClaimController(client, sandbox, claims),
      ],
      { onError: (error, fault) => onError(error, fault.controller ?? fault.resource ?? 'controller') },
    );
    undo.push(async () => {
      await taskRuns.close();
      await controllers.stop();
    });
    await controllers.synced;
    writeFileSync(join(home.run, 'admin.token'), tokens.admin, { mode: 0o600 });
    undo.push(() => rmSync(join(home.run, 'admin.token'), { force: true }));
    return {
      client: store.client(adminIdentity),
      logs,
      registryHost,
      runtime: sandbox.runtime,
      observed: observer.ready,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** `localhost/x` without a port means the factory's own registry, too. */
function ownHost(repository: string, registryHost: string): boolean {
  const host = repository.slice(0, repository.indexOf('/'));
  return host === 'localhost' || host === registryHost;
}
