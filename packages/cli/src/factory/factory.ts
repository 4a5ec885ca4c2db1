import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  accessResources,
  addAccessRoutes,
  addPodRoutes,
  adminIdentity,
  apiServerIdentity,
  type Client,
  type Controllers,
  createApiServer,
  createStore,
  installDefaultRoles,
  protectPaths,
  runnerIdentity,
  type Store,
  startControllers,
  systemClock,
} from '@assay/kube';
import { createRegistryServer, openLayoutStore } from '@assay/oci';
import {
  createLogStore,
  LimitRanges,
  type LogStore,
  podView,
  type TaskRunController,
} from '@assay/pipelines';
import { createSandbox, type RuntimeInfo } from '@assay/sandbox';
import { createGitServer } from '@assay/source';
import type { Home } from '../home.ts';
import { openApiAccess } from './api-access.ts';
import { createClaimController } from './claim-controller.ts';
import { sweepClaimDirectories } from './claim-directories.ts';
import type { GateSettings } from './gate-settings.ts';
import type { ImageMap } from './image-map.ts';
import { konfluxResources } from './konflux-resources.ts';
import { addMaintenanceRoutes } from './maintenance-routes.ts';
import { observeApi } from './observe-api.ts';
import type { ObserverSettings } from './observer-settings.ts';
import { createPodHost } from './pod-host.ts';
import { ProtectedRepositories, RepositoryProtection } from './protected-repositories.ts';
import { publishKey } from './publish-key.ts';
import { createRegistryAuthorizer } from './registry-access.ts';
import { registryPort } from './registry-address.ts';
import { createRegistryIdentities } from './registry-identities.ts';
import { registryLogin } from './registry-login.ts';
import { addRegistryTokens, registryChallenge } from './registry-tokens.ts';
import { createRunner } from './runner.ts';
import { serveWithTls } from './serve-api.ts';
import { tektonResources } from './served-resources.ts';
import { createServiceAccountController } from './service-account-controller.ts';
import { addStepDecisions } from './step-decisions.ts';
import { type SupervisedProcess, startProcess } from './supervised-process.ts';
import { loadTektonConfig, type TektonConfig } from './tekton-config.ts';
import { traceReconciles } from './trace-reconciles.ts';
import { traceRequests } from './trace-requests.ts';
import { createRunTracer } from './trace-runs.ts';
import { openTracing } from './tracing.ts';

/** A factory that runs in this process, with its observer in another. */
export interface Factory {
  /** With the rights of the person who runs it. */
  client: Client;
  logs: LogStore;
  /** As references name it: `localhost:<port>`. */
  registryHost: string;
  /** Where the API is served with TLS, if it is. */
  apiUrl?: string;
  runtime: RuntimeInfo;
  /** Resolves when the observer watches. */
  observed: Promise<{ fingerprint: string }>;
  /** Stops the running steps without ending their runs, and everything else after them. */
  stop(): Promise<void>;
}

/** A service of this machine that is another factory's. */
export interface Neighbour {
  port: number;
  socketPath: string;
}

export interface FactoryOptions {
  home: Home;
  imageMap?: ImageMap;
  /** Serve the API to kubectl and the like, with TLS, on a port of the loopback; and Konflux's kinds, with the gate. @default false */
  tls?: boolean;
  /** What runs may ask for, and how they are run. @default what the home's `tekton.yaml` says */
  tekton?: TektonConfig;
  /** What else of this machine steps reach as `localhost:<port>`, by the Unix socket that answers. @default [] */
  neighbours?: readonly Neighbour[];
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
    const config = options.tekton ?? (await loadTektonConfig(home.root));
    const tekton = tektonResources(config);
    const konflux = options.tls ? await konfluxResources() : [];
    const pods = podView(() => store.client(runnerIdentity), systemClock);
    const store: Store = createStore({
      path: home.store,
      durability: process.env.ASSAY_DURABILITY === 'relaxed' ? 'relaxed' : 'full',
      resources: [...tekton.resources, ...konflux, LimitRanges, ProtectedRepositories, pods],
      onError: (error) => onError(error, 'garbage collection'),
    });
    undo.push(() => store.close());
    // Of a factory that was killed: whoever waits for this one is not to take its half-started API for ready.
    rmSync(join(home.run, 'admin.token'), { force: true });

    const { authenticator, adminToken, observerToken, gateToken, tokens } = openApiAccess(home, store);
    const rolesInstalled = installDefaultRoles(store.client(apiServerIdentity));
    rolesInstalled.catch(() => {});
    const processes: SupervisedProcess[] = [];
    let isRunning = false;
    const api = await createApiServer({
      store,
      authenticator,
      readiness: () => ({
        runner: isRunning,
        ...Object.fromEntries(processes.map(({ name, up }) => [name, up])),
      }),
      prepare: tekton.loadSchemas,
      onError: (error) => onError(error, 'api'),
    });
    addAccessRoutes(api.app, { store, tokens, authenticator });
    api.discovered.push(...accessResources);
    const logs = createLogStore(home.logs);
    let taskRuns: TaskRunController | undefined;
    addPodRoutes(api, { store, host: createPodHost(logs, () => taskRuns) });
    addStepDecisions(api, () => taskRuns);
    let controllers: Controllers | undefined;
    const tracing = await openTracing('assay');
    if (tracing) {
      undo.push(() => tracing.close());
      traceRequests(api, tracing);
    }
    if (options.tls) {
      const observed = { home, store, controllers: () => controllers };
      undo.push(await observeApi(api, { ...observed, onError: (error) => onError(error, 'audit log') }));
    }
    addMaintenanceRoutes(api, home, store);
    protectPaths(api.app, store.authorizer);
    const apiSocket = join(home.run, 'api.sock');
    const layout = openLayoutStore(home.registry);
    const identities = createRegistryIdentities({ authenticator, tokens });
    const protection = new RepositoryProtection(store.client(apiServerIdentity), store.authorizer);
    const registry = await createRegistryServer({
      store: layout,
      authorize: createRegistryAuthorizer({ identities, protection }),
      challenge: registryChallenge,
    });
    addRegistryTokens(registry, identities);
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
      rolesInstalled,
      api.listen({ socketPath: apiSocket }),
      registry.listen({ port }),
      registry.listen({ socketPath: registrySocket }),
    ]);
    const registryHost = `localhost:${port}`;
    let apiUrl: string | undefined;
    if (options.tls) {
      const served = await serveWithTls(api, home, (error) => onError(error, 'certificate'));
      undo.push(served.stop);
      apiUrl = served.url;
    }
    const observer = startProcess({
      name: 'observer',
      program: join(import.meta.dirname, 'observer-process.ts'),
      settings: { apiSocket, token: observerToken, keys: home.keys, registryHost } satisfies ObserverSettings,
      onExit: (code) =>
        onError(new Error(`the observer ended (${code}); runs are signed when it is back`), 'observer'),
    });
    processes.push(observer);
    undo.push(() => observer.stop());
    if (options.tls) {
      const keys = join(home.keys, 'gate');
      mkdirSync(keys, { recursive: true, mode: 0o700 });
      const gate = startProcess({
        name: 'gate',
        program: join(import.meta.dirname, 'gate-process.ts'),
        settings: { apiSocket, token: gateToken, keys, registryHost } satisfies GateSettings,
        onExit: (code) =>
          onError(new Error(`the gate ended (${code}); nothing is released until it is back`), 'gate'),
      });
      processes.push(gate);
      undo.push(() => gate.stop());
      gate.ready.catch((error) => onError(error, 'gate'));
      observer.ready
        .then(() => publishKey(store.client(apiServerIdentity), home.keys))
        .catch((error) => onError(error, 'public key'));
    }

    const sandbox = await createSandbox({
      home: home.sandbox,
      services: [{ port, socketPath: registrySocket }, ...(options.neighbours ?? [])],
    });
    undo.push(() => sandbox.close());
    const client = store.client(runnerIdentity);
    const claims = join(home.sandbox, 'claims');
    const attempts = join(home.sandbox, 'attempts');
    // Of attempts whose runner was killed: scripts, workspaces and secrets of steps that are no more.
    await sandbox.removeVolume(attempts).catch((error) => onError(error, 'earlier attempts'));
    await sweepClaimDirectories(client, sandbox, claims).catch((error) => onError(error, 'claims'));
    const runner = createRunner({
      ...{ home, client, sandbox, logs, onError },
      registry: { store: layout, host: registryHost },
      accountLogins: (account, taskRun) => registryLogin(account, taskRun, { tokens, registryHost }),
      ...(imageMap && { imageMap }),
      tekton: config,
    });
    taskRuns = runner.taskRuns;
    await runner.sweep().catch((error) => onError(error, 'caches'));
    controllers = startControllers(
      client,
      [
        ...traceReconciles(
          [
            ...runner.controllers,
            createClaimController(client, sandbox, claims),
            createServiceAccountController(store),
          ],
          tracing,
        ),
        ...(tracing ? createRunTracer(client, tracing) : []),
      ],
      { onError: (error, fault) => onError(error, fault.controller ?? fault.resource ?? 'controller') },
    );
    runner.started(controllers);
    undo.push(async () => {
      await runner.taskRuns.close();
      await controllers?.stop();
    });
    await controllers.synced;
    isRunning = true;
    writeFileSync(join(home.run, 'admin.token'), adminToken, { mode: 0o600 });
    undo.push(() => rmSync(join(home.run, 'admin.token'), { force: true }));
    return {
      client: store.client(adminIdentity),
      logs,
      registryHost,
      ...(apiUrl !== undefined && { apiUrl }),
      runtime: sandbox.runtime,
      observed: observer.ready,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
