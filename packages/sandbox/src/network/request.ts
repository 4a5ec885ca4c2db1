import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SandboxError } from '../error.ts';
import type { Guard } from '../guard/guard.ts';
import { findProgram } from '../host/tools.ts';
import type { PodRequest } from '../pod.ts';
import type { OutputPipes } from '../runtime/output.ts';
import { guardedCommand } from '../runtime/start-file.ts';

/** Where a request starts: a pod's guard. */
export interface RequestHost {
  guard: Guard;
  pipes: OutputPipes;
  /** Name within the guard. */
  name: string;
  /** Absolute, and not yet there. */
  dir: string;
  /** The same below the owner's directory. */
  relativeDir: string;
  pipesInGuard: string;
  /** The pod's network namespace as the guard sees it. */
  network: string;
}

/** More of an answer says nothing more about whether something answers. */
const most = 10 * 1024;

/**
 * Makes one request from within a pod's network.
 * @returns the answer's beginning, or undefined when nobody accepted in time
 * @throws SandboxError `HostToolMissing`
 */
export async function requestFrom(host: RequestHost, request: PodRequest): Promise<Buffer | undefined> {
  if (findProgram('socat') === undefined) {
    throw new SandboxError('HostToolMissing', 'socat is not installed: nothing in a pod can be asked', {
      hint: 'apt-get install socat',
    });
  }
  const { guard, pipes, name, dir, relativeDir, pipesInGuard, network } = host;
  const { port, tls = false, send, timeoutMs } = request;
  const address = addressOf(request.host ?? '127.0.0.1');
  const seconds = Math.max(0.001, timeoutMs / 1000);
  const target = `${tls ? 'OPENSSL' : 'TCP'}:${address}:${port},connect-timeout=${seconds}${tls ? ',verify=0' : ''}`;
  mkdirSync(dir, { mode: 0o711 });
  if (send !== undefined) writeFileSync(join(dir, 'request'), send);
  const chunks: Buffer[] = [];
  let length = 0;
  const pipe = pipes.open((chunk) => {
    if (length >= most) return;
    chunks.push(Buffer.from(chunk));
    length += chunk.length;
  });
  const input = join(pipesInGuard, '..', relativeDir, 'request');
  const socat = ['socat', '-t', String(seconds), ...(send === undefined ? ['-u'] : []), '-', target];
  const start = guardedCommand({
    command: ['timeout', '-s', 'KILL', String(seconds), 'nsenter', `--net=${network}`, ...socat],
    ...(send !== undefined && { input }),
    output: join(pipesInGuard, basename(pipe.path)),
  });
  writeFileSync(join(dir, 'start'), start);
  const code = await guard.exec(name, relativeDir);
  await Promise.race([pipe.drained(), delay(500, undefined, { ref: false })]);
  pipe.close();
  await rm(dir, { recursive: true, force: true });
  // One that keeps the connection open has answered all the same.
  return code === 0 || length > 0 ? Buffer.concat(chunks) : undefined;
}

/** A host as socat takes it; it comes from a Task, so nothing of socat's own grammar may be in it. */
function addressOf(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (/^[0-9a-fA-F:.]+:[0-9a-fA-F:.]*$/.test(bare)) return `[${bare}]`;
  if (/^[A-Za-z0-9.-]+$/.test(bare)) return bare;
  throw new SandboxError('InvalidSpec', `${JSON.stringify(host)} is no host name or address`);
}
