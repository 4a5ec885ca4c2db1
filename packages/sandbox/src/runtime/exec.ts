import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SandboxError } from '../error.ts';
import type { Guard } from '../guard/guard.ts';
import { findProgram } from '../host/tools.ts';
import type { ExecSpec, ExecutedProcess, TerminalSize } from '../pod.ts';
import { ContainerOutput } from './container-output.ts';
import { startFailure } from './failure.ts';
import type { OutputPipes } from './output.ts';
import { processTree } from './process-tree.ts';
import { hasStarted, readPid } from './running-process.ts';
import type { OciProcess } from './spec.ts';
import { execFile } from './start-file.ts';

/** What a container's further processes are started with. */
export interface ExecHost {
  guard: Guard;
  pipes: OutputPipes;
  /** The container's own. */
  process: OciProcess;
  /** The runtime's id of the container. */
  id: string;
  /** Of the container, where the guard has to bring the process; empty when the runtime does. */
  cgroups: readonly string[];
  /** Name within the guard, unique for each process. */
  name: string;
  /** Absolute, and not yet there. */
  dir: string;
  /** The same below the owner's directory. */
  relativeDir: string;
  /** The same as the guard sees it. */
  inGuard: string;
  /** The directory of named pipes as the guard sees it. */
  pipesInGuard: string;
  /** The runtime with its options, without its state directory. */
  runtime: readonly string[];
  /** The runtime's state directory: as it is here, and as the guard sees it. */
  state: { dir: string; inGuard: string };
  /**
   * The pod's network namespace as the guard sees it, when it has to be entered beforehand: runc enters the container's
   * user namespace first, from where one that does not belong to that may not be entered.
   */
  network?: string;
}

/** Processes that a killed one has left behind may hold its output open; they are not waited for longer. */
const drainMs = 500;
/** How long the output of a process that has ended waits for a reader that holds it. */
const heldMs = 30_000;

/**
 * Starts a process in a running container.
 * @throws SandboxError `StartFailed`, `InvalidSpec`, `HostToolMissing`
 */
export async function execute(host: ExecHost, spec: ExecSpec): Promise<ExecutedProcess> {
  checkSpec(spec);
  const { guard, pipes, dir, inGuard, pipesInGuard } = host;
  mkdirSync(dir, { mode: 0o711 });
  writeFileSync(join(dir, 'process.json'), JSON.stringify(processOf(host.process, spec)));
  const output = new ContainerOutput((chunk) => spec.onOutput?.(chunk));
  const error = spec.onError && !spec.tty ? new ContainerOutput((chunk) => spec.onError?.(chunk)) : undefined;
  const input = spec.stdin ? pipes.openInput() : undefined;
  const outputPipe = pipes.open((chunk) => output.write(chunk));
  const errorPipe = error && pipes.open((chunk) => error.write(chunk));
  const atGuard = (path: string) => join(pipesInGuard, path.slice(path.lastIndexOf('/') + 1));
  const log = join(inGuard, 'log');
  const files = ['--process', join(inGuard, 'process.json'), '--pid-file', join(inGuard, 'pid')];
  const start = execFile({
    cgroups: host.cgroups,
    ...(input && { input: atGuard(input.path) }),
    output: atGuard(outputPipe.path),
    ...(errorPipe && { error: atGuard(errorPipe.path) }),
    log,
    command: [
      ...(host.network === undefined ? [] : ['nsenter', `--net=${host.network}`]),
      ...[...host.runtime, '--root', stateFor(host), '--log', log],
      ...['exec', ...files, ...(spec.tty ? ['--tty'] : []), host.id],
    ],
    ...(spec.tty && { tty: spec.tty }),
  });
  writeFileSync(join(dir, 'start'), start);

  let over = false;
  let failure: SandboxError | undefined;
  const outputs = error ? [output, error] : [output];
  const outputPipes = errorPipe ? [outputPipe, errorPipe] : [outputPipe];
  let held: PromiseWithResolvers<void> | undefined;
  const exit = guard.exec(host.name, host.relativeDir).then(async (code) => {
    input?.close();
    const latest = performance.now() + heldMs;
    const drained = Promise.all(outputPipes.map((pipe) => pipe.drained()));
    do {
      if (held) await Promise.race([held.promise, delay(heldMs, undefined, { ref: false })]);
      await Promise.race([drained, delay(drainMs, undefined, { ref: false })]);
    } while (held && performance.now() < latest);
    for (const pipe of outputPipes) pipe.close();
    over = true;
    const words = outputs.map(({ held }) => held).join('');
    failure = startFailure(code, join(dir, 'log'), words, spec.args[0] ?? '');
    if (failure === undefined) for (const one of outputs) one.release();
    return code;
  });
  const begin = performance.now();
  const runs = () => over || hasStarted(guard, join(dir, 'pid'), performance.now() - begin);
  await Promise.race([exit, started(outputs, runs)]);
  if (failure !== undefined) throw failure;
  for (const one of outputs) one.release();
  input?.opened();
  return {
    exit,
    ...(input && { stdin: input.writer }),
    kill: () => {
      const pid = over ? undefined : readPid(join(dir, 'pid'));
      if (pid !== undefined)
        guard.signal(
          processTree(pid, (one, file) => guard.readProc(one, file)),
          'KILL',
        );
    },
    hold: (wanted) => {
      if (wanted === (held !== undefined)) return;
      for (const pipe of outputPipes) pipe.hold(wanted);
      held?.resolve();
      held = wanted ? Promise.withResolvers() : undefined;
    },
    resize: (size) => {
      const pid = over || !spec.tty ? undefined : readPid(join(dir, 'pid'));
      if (pid !== undefined) setSize(guard.procPath(pid, 'fd/0'), size);
    },
  };
}

/** Through the process's own input, as not every runtime passes on that its terminal has changed. */
function setSize(terminal: string, { columns, rows }: TerminalSize): void {
  const words = ['-F', terminal, 'rows', String(rows), 'cols', String(columns)];
  spawn('stty', words, { stdio: 'ignore' }).on('error', () => {});
}

/** The state directory for the runtime: where the network is entered beforehand, one that does not speak of it. */
function stateFor({ state, network, id, dir, inGuard }: ExecHost): string {
  if (network === undefined) return state.inGuard;
  const file = join(id, 'state.json');
  const known = JSON.parse(readFileSync(join(state.dir, file), 'utf8')) as {
    config: { namespaces: Array<{ type: string }> };
  };
  known.config.namespaces = known.config.namespaces.filter(({ type }) => type !== 'NEWNET');
  mkdirSync(join(dir, 'state', id), { recursive: true, mode: 0o711 });
  writeFileSync(join(dir, 'state', file), JSON.stringify(known));
  return join(inGuard, 'state');
}

/** Resolves when `runs` says so, which is asked more and more seldom, and at once when something was written. */
function started(outputs: readonly ContainerOutput[], runs: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    let wait = 2;
    let timer: NodeJS.Timeout;
    const look = () => {
      clearTimeout(timer);
      if (runs()) {
        for (const output of outputs) output.onHeld = () => {};
        resolve();
        return;
      }
      wait = Math.min(wait * 1.3, 50);
      timer = setTimeout(look, wait);
    };
    timer = setTimeout(look, 8);
    for (const output of outputs) output.onHeld = look;
  });
}

function checkSpec({ args, env = {}, workingDir = '/', tty }: ExecSpec): void {
  const strings = [...args, ...Object.entries(env).flat(), workingDir];
  if (args.length === 0 || strings.some((text) => text.includes('\0')) || !workingDir.startsWith('/')) {
    throw new SandboxError(
      'InvalidSpec',
      'exec: a command without zero bytes and an absolute directory are needed',
    );
  }
  if (!tty) return;
  if (![tty.columns, tty.rows].every((count) => Number.isInteger(count) && count > 0 && count < 65_536)) {
    throw new SandboxError(
      'InvalidSpec',
      'exec: columns and rows of a terminal must be positive whole numbers',
    );
  }
  if (findProgram('script') === undefined) {
    throw new SandboxError(
      'HostToolMissing',
      "util-linux's script is not installed: there is no terminal for steps",
      {
        hint: 'apt-get install bsdutils',
      },
    );
  }
}

function processOf(own: OciProcess, { args, env = {}, workingDir, tty }: ExecSpec): OciProcess {
  const changed = new Set(Object.keys(env));
  const kept = own.env.filter((entry) => !changed.has(entry.slice(0, entry.indexOf('='))));
  return {
    ...own,
    terminal: tty !== undefined,
    args,
    env: [...kept, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
    ...(workingDir !== undefined && { cwd: workingDir }),
  };
}
