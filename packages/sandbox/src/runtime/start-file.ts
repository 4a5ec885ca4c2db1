import type { TerminalSize } from '../pod.ts';
import type { PinnedSource } from '../rootfs/mounts.ts';

/** What the guard does for one container; paths as the guard sees them. */
export interface StartSteps {
  /** Working directory: overlay options name layers relative to it. */
  home: string;
  overlay: string;
  rootDir: string;
  pins: readonly PinnedSource[];
  /** The named pipe of the output. */
  output: string;
  /** That of standard error, where it goes elsewhere. */
  error?: string;
  log: string;
  command: string[];
}

/**
 * The shell text that the guard sources: it pins mount sources, mounts the root and becomes the runtime. Failures
 * before that go to the runtime's log, so that they are told from what the container's process does.
 *
 * A pinned source lies in a directory that other containers may be changing right now. So it is not looked up and then
 * mounted, but mounted and then looked at: that the directory entered is the one meant is for the kernel to say, and
 * that what was mounted there stood in it under that name itself, not at the end of a link, its inode does. A file that
 * is not theirs has no name in the volumes of containers, so no exchange before, between or after these can forge that.
 */
export function startFile(steps: StartSteps): string {
  const log = quote(steps.log);
  const failed = (what: string): string => `|| { echo ${quote(what)} >>${log}; exit 125; }`;
  const pin = ({ directory, name, at }: PinnedSource): string => {
    const source = quote(`./${name}`);
    return [
      `cd ${quote(directory)} && [ "$(readlink /proc/self/cwd)" = ${quote(directory)} ]`,
      `mount --no-canonicalize --bind ${source} ${quote(at)}`,
      `ids=$(stat -c %d:%i ${source} ${quote(at)}) && set -- $ids && [ "$1" = "$2" ]`,
    ].join(' && ');
  };
  return [
    '(',
    ...steps.pins.map((one) => `{ ${pin(one)}; } 2>/dev/null ${failed(pinFailed)}`),
    `cd ${quote(steps.home)} ${failed('entering the sandbox directory failed')}`,
    `mount -t overlay -o ${quote(steps.overlay)} overlay ${quote(steps.rootDir)} 2>>${log} || exit 125`,
    `exec ${steps.command.map(quote).join(' ')} </dev/null ${outputs(steps)} 3>&-`,
    ')',
    'code=$?',
    '',
  ].join('\n');
}

/** What the guard does for one process that joins a container. */
export interface ExecSteps {
  /** Of the container, where the process is to be; empty when the runtime sees to it. */
  cgroups: readonly string[];
  /** Named pipes. */
  input?: string;
  output: string;
  error?: string;
  log: string;
  command: string[];
  /** Runs the command on a new terminal of this size. */
  tty?: TerminalSize;
}

/** The shell text that the guard sources for a process that joins a container. */
export function execFile(steps: ExecSteps): string {
  const { tty } = steps;
  const failed = `|| { echo 'joining the cgroup failed' >>${quote(steps.log)}; exit 125; }`;
  const command = steps.command.map(quote).join(' ');
  // `script` makes the terminal and passes on the exit code; the runtime takes its size over to the container's own.
  const sized = tty && `stty rows ${tty.rows} cols ${tty.columns}; exec ${command}`;
  const started = sized === undefined ? command : `script -q -e -f -c ${quote(sized)} /dev/null`;
  return [
    '(',
    ...steps.cgroups.map((dir) => `echo 0 >${quote(`${dir}/cgroup.procs`)} ${failed}`),
    `exec ${started} <${quote(steps.input ?? '/dev/null')} ${outputs(steps)} 3>&-`,
    ')',
    'code=$?',
    '',
  ].join('\n');
}

/** The shell text for a program of the host that runs in the guard's namespaces; its own complaints are dropped. */
export function guardedCommand(steps: { command: string[]; input?: string; output: string }): string {
  const words = steps.command.map(quote).join(' ');
  return `( exec ${words} <${quote(steps.input ?? '/dev/null')} >${quote(steps.output)} 2>/dev/null 3>&- )\ncode=$?\n`;
}

function outputs({ output, error }: { output: string; error?: string }): string {
  return `>${quote(output)} ${error === undefined ? '2>&1' : `2>${quote(error)}`}`;
}

const pinFailed = 'the subPath of a mount is gone, or leads through a symbolic link';

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
