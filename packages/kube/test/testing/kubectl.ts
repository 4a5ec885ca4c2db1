import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import {
  type ApiServer,
  accessResources,
  addAccessRoutes,
  addPodRoutes,
  adminIdentity,
  apiServerIdentity,
  createApiServer,
  createServiceAccountTokens,
  createStore,
  createTokenAuthenticator,
  firstOf,
  installDefaultRoles,
  openServingCertificate,
  openTokenKey,
  type PodHost,
  type PrinterColumn,
  type ResourceType,
  type Store,
} from '../../src/index.ts';

/** The kubectl programs at hand: ASSAY_KUBECTL, what scripts/fetch-kubectl.sh brought, PATH. */
export function kubectlPrograms(): { name: string; path: string }[] {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'assay/debian');
  const fetched = ['kubectl-old', 'kubectl-new'].map((name) => ({
    name,
    path: join(cache, name, 'usr/bin/kubectl'),
  }));
  const given = process.env.ASSAY_KUBECTL ? [{ name: 'ASSAY_KUBECTL', path: process.env.ASSAY_KUBECTL }] : [];
  const found = [...given, ...fetched].filter(({ path }) => existsSync(path));
  if (found.length > 0) return found;
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((directory) => ({ name: 'kubectl', path: join(directory, 'kubectl') }))
    .filter(({ path }) => existsSync(path))
    .slice(0, 1);
}

export const noKubectl = 'no kubectl: run scripts/fetch-kubectl.sh or set ASSAY_KUBECTL';

const runColumns: PrinterColumn[] = [
  { name: 'Succeeded', type: 'string', jsonPath: '.status.conditions[?(@.type=="Succeeded")].status' },
  { name: 'StartTime', type: 'date', jsonPath: '.status.startTime' },
  { name: 'Pod', type: 'string', jsonPath: '.status.podName', priority: 1 },
];

/** A resource as a controller brings it: with a schema, a status of its own and columns. */
export const TaskRuns: ResourceType = {
  group: 'tekton.dev',
  version: 'v1',
  kind: 'TaskRun',
  plural: 'taskruns',
  namespaced: true,
  hasStatus: true,
  shortNames: ['tr'],
  categories: ['tekton'],
  columns: runColumns,
  schema: {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        description: 'What is to run.',
        properties: {
          timeout: { type: 'string', description: 'When it is stopped.' },
          params: {
            type: 'array',
            items: { type: 'object', properties: { name: { type: 'string' }, value: { type: 'string' } } },
          },
        },
      },
      status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  },
};

export interface Outcome {
  status: number;
  stdout: string;
  stderr: string;
}

export interface KubectlHost {
  store: Store;
  server: ApiServer;
  url: string;
  folder: string;
  /** Runs `kubectl ...args` as the admin; `input` goes to its standard input. */
  kubectl(args: readonly string[], input?: string): Promise<Outcome>;
  /** The same, whose failure is a failure of the test. */
  run(args: readonly string[], input?: string): Promise<string>;
  /** Starts one that goes on; calls back for each line it writes. Ends with the returned function. */
  follow(args: readonly string[], onLine: (line: string) => void): () => Promise<void>;
  close(): Promise<void>;
}

/** A server over TLS with one kubectl configured for it; with `podHost`, it has logs of pods and commands in them, too. */
export async function startKubectlHost(program: string, podHost?: PodHost): Promise<KubectlHost> {
  const folder = mkdtempSync(join(tmpdir(), 'kube-kubectl-'));
  const store = createStore({ path: join(folder, 'store.db'), resources: [TaskRuns] });
  await installDefaultRoles(store.client(apiServerIdentity));
  const tokens = createServiceAccountTokens({ store, key: openTokenKey(join(folder, 'token-key')) });
  const authenticator = firstOf([createTokenAuthenticator([['admin-token', adminIdentity]]), tokens]);
  const server = await createApiServer({ store, authenticator });
  server.discovered.push(...accessResources);
  addAccessRoutes(server.app, { store, tokens, authenticator });
  if (podHost) addPodRoutes(server, { store, host: podHost });
  const { certificate, privateKey, authority } = await openServingCertificate(join(folder, 'certificates'));
  const url = await server.listen({ port: 0, tls: { certificate, privateKey } });
  const config = join(folder, 'config');
  const ca = Buffer.from(authority).toString('base64');
  writeFileSync(
    config,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority-data': ca } }],
      users: [{ name: 'admin', user: { token: 'admin-token' } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
      'current-context': 'test',
    }),
  );
  const env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: config };
  const kubectl = (args: readonly string[], input = '') => {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const child = execFile(program, args, { env, timeout: 30_000 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ status, stdout, stderr });
    });
    child.stdin?.end(input);
    return promise;
  };
  return {
    store,
    server,
    url,
    folder,
    kubectl,
    async run(args, input) {
      const { status, stdout, stderr } = await kubectl(args, input);
      if (status !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${status}: ${stderr}`);
      return stdout;
    },
    follow(args, onLine) {
      const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
      const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
      let rest = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) onLine(line);
      });
      return async () => {
        child.kill();
        await ended;
      };
    },
    async close() {
      await server.close();
      store.close();
      rmSync(folder, { recursive: true });
    },
  };
}
