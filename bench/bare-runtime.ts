import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Factory } from '@assay/cli';
import { type TaskRun, TaskRuns } from '@assay/tekton';

/** A container started by hand: the specification that the sandbox wrote, run by the runtime alone. */
export class BareRuntime {
  readonly #shell: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(shell: ChildProcess) {
    this.#shell = shell;
    this.#lines = createInterface({ input: shell.stdout! })[Symbol.asyncIterator]();
  }

  /** A shell in a guard as the sandbox's own, where `run` mounts the overlay and runs the container. */
  static async start(sandbox: string, bundle: string, overlay: string): Promise<BareRuntime> {
    const script = `
      umount /sys/fs/cgroup/unified 2>/dev/null
      mount --bind ${sandbox} /mnt && cd /mnt
      while read -r kind; do
        case $kind in
          runtime) crun --root ${bundle}/state --cgroup-manager=disabled run --bundle ${bundle} bench >/dev/null ;;
          whole) setpriv --pdeathsig KILL unshare -m -p -f --mount-proc --kill-child=KILL sh -c '
            mount -t overlay -o ${overlay} overlay ${bundle}/rootfs
            exec crun --root ${bundle}/state --cgroup-manager=disabled run --bundle ${bundle} bench' >/dev/null ;;
          mount) mount -t overlay -o ${overlay} overlay ${bundle}/rootfs ;;
          umount) umount ${bundle}/rootfs ;;
        esac
        echo done $?
      done`;
    const shell = spawn(
      'unshare',
      ['-m', '-p', '-f', '--mount-proc', '--kill-child=KILL', 'sh', '-c', script],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    await once(shell, 'spawn');
    return new BareRuntime(shell);
  }

  async time(kind: 'runtime' | 'whole' | 'mount' | 'umount'): Promise<number> {
    const started = performance.now();
    this.#shell.stdin!.write(`${kind}\n`);
    const { value } = await this.#lines.next();
    if (value !== 'done 0') throw new Error(`the bare runtime says "${value}" to ${kind}`);
    return performance.now() - started;
  }

  async stop(): Promise<void> {
    this.#shell.stdin!.end();
    await once(this.#shell, 'exit');
  }
}

/**
 * Takes the bundle of a step while it runs, as the sandbox wrote it, and points it at a directory of the bench.
 * @param sandbox the sandbox's directory; @param given a TaskRun of one step named `echo`
 */
export async function captureBundle(
  factory: Factory,
  sandbox: string,
  given: TaskRun,
): Promise<{ bundle: string; overlay: string }> {
  const run = structuredClone(given);
  const [step] = run.spec.taskSpec!.steps!;
  run.spec.taskSpec!.steps = [{ ...step!, command: ['sleep', '5'] }];
  const { metadata } = await factory.client.create(TaskRuns, run);
  let config: string | undefined;
  for (const deadline = Date.now() + 10_000; !config && Date.now() < deadline; ) {
    config = globSync(join(sandbox, '*/*/pods', `${metadata.uid}-0`, 'step-echo/config.json'))[0];
    config ??= globSync(join(sandbox, '*/pods', `${metadata.uid}-0`, 'step-echo/config.json'))[0];
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (!config) throw new Error('the sandbox keeps no bundle where this measurement looks for it');
  const spec = JSON.parse(readFileSync(config, 'utf8'));
  const start = readFileSync(join(dirname(config), 'start'), 'utf8');
  await factory.client.patch(TaskRuns, 'default', metadata.name!, { spec: { status: 'TaskRunCancelled' } });

  const bundle = join(sandbox, 'bench');
  for (const name of ['rootfs', 'upper', 'work', 'state']) mkdirSync(join(bundle, name), { recursive: true });
  const { uid, gid } = factory.runtime.containerRoot;
  for (const name of ['upper', 'work']) chownSync(join(bundle, name), uid, gid);
  spec.root.path = '/mnt/bench/rootfs';
  spec.process.args = ['echo', 'hello'];
  spec.process.cwd = '/';
  // Binds of a pod that is gone: the bare container has what the runtime itself mounts.
  spec.mounts = spec.mounts.filter((mount: { type?: string }) => mount.type !== 'bind');
  spec.linux.namespaces = spec.linux.namespaces.map(({ type }: { type: string }) => ({ type }));
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(spec));
  const lower = /lowerdir=([^,']+)/.exec(start)?.[1];
  return { bundle: '/mnt/bench', overlay: `lowerdir=${lower},upperdir=bench/upper,workdir=bench/work` };
}
