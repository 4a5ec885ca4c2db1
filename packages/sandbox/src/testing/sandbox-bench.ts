import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { findProgram, hostIdentity } from '../host/tools.ts';
import { createImageStore } from '../image-store/image-store.ts';
import { detectCgroups } from '../limits/cgroups.ts';
import type { ContainerExit, ContainerSpec, ImageRootfs, Pod, PodSpec, Sandbox } from '../pod.ts';
import { createSandbox } from '../sandbox.ts';
import { hostLayer, storeImage, temporaryHome } from './host-image.ts';

/** What a test of the sandbox works with; the getters are there once the tests run. */
export interface SandboxBench {
  readonly runtime: 'crun' | 'runc';
  readonly home: string;
  readonly sandbox: Sandbox;
  readonly image: ImageRootfs;
  /** A port of the host that pods may reach. */
  readonly servicePort: number;
  podSpec(change?: Partial<PodSpec>): PodSpec;
  containerSpec(change: Partial<ContainerSpec>): ContainerSpec;
  /** A test with a pod of its own. */
  inPod(change: Partial<PodSpec>, test: (pod: Pod) => Promise<void>): () => Promise<void>;
  /** Runs a container to its end. */
  runIn(pod: Pod, change: Partial<ContainerSpec>): Promise<ContainerExit & { output: string }>;
  shell(
    pod: Pod,
    script: string,
    change?: Partial<ContainerSpec>,
  ): Promise<ContainerExit & { output: string }>;
}

let pods = 0;

/**
 * Declares the same tests for each runtime, with a sandbox and an image made from programs of this host. After them
 * nothing of the sandbox may be left: no cgroup, no mount.
 */
export function describeSandbox(title: string, declare: (bench: SandboxBench) => void): void {
  for (const runtime of ['crun', 'runc'] as const) {
    const absent = hostIdentity().rootless
      ? 'needs root'
      : findProgram(runtime) === undefined && `${runtime} is not installed`;
    describe(`${title} on ${runtime}`, { skip: absent }, () => {
      const servicePort = 18_093;
      let home = '';
      let image: ImageRootfs;
      let sandbox: Sandbox;
      let service: Server;

      before(async () => {
        home = temporaryHome();
        const layers = [{ blob: hostLayer() }];
        const { store } = await storeImage(join(home, 'registry'), 'localhost/test', 'v1', layers);
        image = await createImageStore({ home, store }).resolve('localhost/test:v1', {
          pullPolicy: 'Always',
        });
        const socketPath = join(home, 'service.socket');
        service = createServer((socket) => socket.end('hello from the service\n')).listen(socketPath);
        sandbox = await createSandbox({ home, runtime, services: [{ port: servicePort, socketPath }] });
      });
      after(async () => {
        await sandbox.close();
        service.close();
        assert.deepEqual(ownCgroups(), []);
        assert.equal(readFileSync('/proc/self/mounts', 'utf8').includes(home), false);
        rmSync(home, { recursive: true, force: true });
      });

      const podSpec = (change: Partial<PodSpec> = {}): PodSpec => {
        pods += 1;
        return { id: `pod-${pods}`, hostname: 'step-host', network: 'none', containers: 20, ...change };
      };
      const containerSpec = (change: Partial<ContainerSpec>): ContainerSpec => ({
        ...{ name: 'main', image, args: ['/bin/true'], env: {}, workingDir: '/', user: '', mounts: [] },
        ...{ readOnlyRootFilesystem: false, limits: {}, ...change },
      });
      const runIn = async (pod: Pod, change: Partial<ContainerSpec>) => {
        const chunks: Uint8Array[] = [];
        const onOutput = (chunk: Uint8Array): number => chunks.push(chunk);
        const container = await pod.run(containerSpec({ onOutput, ...change }));
        const exit = await container.exit;
        return { ...exit, output: Buffer.concat(chunks).toString('utf8') };
      };
      declare({
        runtime,
        servicePort,
        get home() {
          return home;
        },
        get sandbox() {
          return sandbox;
        },
        get image() {
          return image;
        },
        podSpec,
        containerSpec,
        runIn,
        shell: (pod, script, change = {}) => runIn(pod, { args: ['/bin/sh', '-c', script], ...change }),
        inPod: (change, test) => async () => {
          const pod = await sandbox.createPod(podSpec(change));
          try {
            await test(pod);
          } finally {
            await pod.remove();
          }
        },
      });
    });
  }
}

function ownCgroups(): string[] {
  const { v1, unified } = detectCgroups();
  return [...v1.map(({ dir }) => dir), ...(unified === undefined ? [] : [unified])].flatMap((dir) => {
    try {
      return readdirSync(join(dir, 'assay')).filter((name) => name.includes(`-${process.pid}-`));
    } catch {
      return [];
    }
  });
}
