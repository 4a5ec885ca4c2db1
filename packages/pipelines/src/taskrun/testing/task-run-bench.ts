import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  adminIdentity,
  type Client,
  type Controllers,
  createStore,
  runnerIdentity,
  type Store,
  startControllers,
  systemClock,
} from '@assay/kube';
import { createSandbox, type ImageRootfs, type ImageStore, inspectHost, type Sandbox } from '@assay/sandbox';
import {
  isDone,
  PipelineRuns,
  Pipelines,
  podName,
  StepActions,
  succeededCondition,
  type TaskRun,
  type TaskRunSpec,
  TaskRuns,
  Tasks,
  tektonApiVersion,
} from '@assay/tekton';
import { createLogStore, type LogStore } from '../../logs/log-store.ts';
import {
  createTaskRunController,
  type TaskRunController,
  type TaskRunControllerOptions,
} from '../controller.ts';
import { LimitRanges } from '../namespace-limits.ts';

/** Why tests with real containers cannot run here, or false. */
export const noContainers =
  process.getuid?.() !== 0 || !(await inspectHost()).ready ? 'needs root and a container runtime' : false;

const programs = [
  ...['sh', 'cat', 'ls', 'sleep', 'true', 'false', 'stat', 'id', 'touch', 'mkdir', 'head', 'seq', 'env'],
  ...['chmod', 'rm', 'perl', 'tail', 'echo', 'grep', 'ln'],
];

/** TaskRuns on real containers, whose one image is made from this host's own programs. */
export class TaskRunBench {
  readonly home: string;
  readonly user: Client;
  /** May write what only runners may. */
  readonly runner: Client;
  readonly logs: LogStore;
  readonly controller: TaskRunController;
  readonly errors: unknown[] = [];
  readonly #store: Store;
  readonly #sandbox: Sandbox;
  readonly #controllers: Controllers;

  private constructor(sandbox: Sandbox, home: string, options: Partial<TaskRunControllerOptions>) {
    this.home = home;
    this.#sandbox = sandbox;
    this.#store = createStore({
      path: ':memory:',
      resources: [Pipelines, Tasks, PipelineRuns, TaskRuns, StepActions, LimitRanges],
    });
    this.user = this.#store.client(adminIdentity);
    this.logs = createLogStore(join(home, 'logs'));
    const client = this.#store.client(runnerIdentity);
    this.runner = client;
    this.controller = createTaskRunController({
      ...{ client, sandbox, logs: this.logs, clock: systemClock, graceMs: 1000, featureFlags: {} },
      images: hostImages(home, sandbox),
      attemptsDirectory: join(home, 'attempts'),
      claimsDirectory: join(home, 'claims'),
      onError: (error) => this.errors.push(error),
      ...options,
    });
    this.#controllers = startControllers(client, [this.controller]);
  }

  static async start(
    options:
      | Partial<TaskRunControllerOptions>
      | ((parts: { home: string; sandbox: Sandbox }) => Partial<TaskRunControllerOptions>) = {},
  ): Promise<TaskRunBench> {
    const home = mkdtempSync('/tmp/assay-taskruns-');
    const sandbox = await createSandbox({ home, firstNetwork: 'none' });
    return new TaskRunBench(
      sandbox,
      home,
      typeof options === 'function' ? options({ home, sandbox }) : options,
    );
  }

  async create(name: string, spec: TaskRunSpec, metadata: TaskRun['metadata'] = {}): Promise<TaskRun> {
    const taskRun = {
      apiVersion: tektonApiVersion,
      kind: 'TaskRun',
      metadata: { name, namespace: 'default', ...metadata },
      spec,
    };
    return this.user.create(TaskRuns, taskRun as TaskRun);
  }

  /** The TaskRun as soon as it is so. */
  async until(name: string, holds: (taskRun: TaskRun) => boolean, timeoutMs = 20_000): Promise<TaskRun> {
    const signal = AbortSignal.timeout(timeoutMs);
    const fieldSelector = `metadata.name=${name}`;
    let last: TaskRun | undefined;
    for await (const event of this.user.watch<TaskRun>(TaskRuns, {
      namespace: 'default',
      fieldSelector,
      signal,
    })) {
      if (event.type === 'BOOKMARK') continue;
      last = event.object;
      if (holds(last)) return last;
    }
    throw new Error(`TaskRun ${name} did not come to it: ${JSON.stringify(last?.status)}`);
  }

  /** Runs a TaskRun to its end. */
  async run(name: string, spec: TaskRunSpec, metadata: TaskRun['metadata'] = {}): Promise<TaskRun> {
    await this.create(name, spec, metadata);
    return this.until(name, isDone);
  }

  async log(taskRun: TaskRun, container: string): Promise<string> {
    const { namespace, name, uid } = taskRun.metadata;
    const pod = podName(name!, taskRun.status?.retriesStatus?.length ?? 0);
    let text = '';
    for await (const line of this.logs.read({ namespace: namespace!, pod, uid: uid!, container }))
      text += line.text + (line.complete ? '\n' : '');
    return text;
  }

  async stop(): Promise<void> {
    await this.controller.close();
    await this.#controllers.stop();
    this.#store.close();
    await this.#sandbox.close();
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** `True Succeeded: message` */
export function verdict(taskRun: TaskRun): string {
  const { status, reason, message } = succeededCondition(taskRun) ?? {};
  return `${status} ${reason}: ${message}`;
}

function hostImages(home: string, { runtime }: Sandbox): ImageStore {
  const layer = join(home, 'layers', 'host');
  for (const dir of ['usr/bin', 'etc', 'tmp', 'proc', 'sys', 'dev', 'root', 'home/builder']) {
    mkdirSync(join(layer, dir), { recursive: true });
  }
  for (const [link, target] of [
    ['bin', 'usr/bin'],
    ['lib', 'usr/lib'],
    ['lib64', 'usr/lib64'],
  ] as const) {
    mkdirSync(join(layer, target), { recursive: true });
    symlinkSync(target, join(layer, link));
  }
  for (const name of programs) {
    const path = execFileSync('sh', ['-c', `command -v ${name} || echo /bin/${name}`], {
      encoding: 'utf8',
    }).trim();
    const real = path.startsWith('/') ? path : `/bin/${name}`;
    copyFileSync(real, join(layer, 'usr/bin', name));
    for (const [library] of execFileSync('ldd', [real], { encoding: 'utf8' }).matchAll(/\/\S+/g)) {
      mkdirSync(dirname(join(layer, library)), { recursive: true });
      copyFileSync(realpathSync(library), join(layer, library));
    }
  }
  const perl = execFileSync('perl', ['-e', 'print grep { /perl-base$/ } @INC'], { encoding: 'utf8' });
  if (perl !== '') cpSync(perl, join(layer, perl), { recursive: true, dereference: true });
  const passwd = 'root:x:0:0::/root:/bin/sh\nbuilder:x:1001:1001::/home/builder:/bin/sh\n';
  writeFileSync(join(layer, 'etc/passwd'), passwd);
  writeFileSync(join(layer, 'etc/group'), 'root:x:0:\nbuilder:x:1001:\n');
  const { uid, gid } = runtime.containerRoot;
  execFileSync('chown', ['-R', `${uid}:${gid}`, layer]);
  execFileSync('chown', [`${uid + 1001}:${gid + 1001}`, join(layer, 'home/builder')]);
  execFileSync('chmod', ['700', join(layer, 'root')]);
  const image: Omit<ImageRootfs, 'reference'> = {
    imageId: `localhost/host@sha256:${'0'.repeat(64)}`,
    layers: [layer],
    config: { entrypoint: [], cmd: ['sh'], env: {}, workingDir: '', user: '' },
  };
  return { resolve: async (reference) => ({ reference, ...image }) };
}
