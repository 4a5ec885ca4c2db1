import { readFileSync } from 'node:fs';
import { SandboxError } from '../error.ts';

/** Runtimes write this to the container's output, not to their log, when `execve` itself fails. */
const lateFailure =
  /^(exec \S+|exec container process (\(missing dynamic library\?\) )?`[^`]*`): (no such file or directory|exec format error|permission denied)\n?$/i;

/**
 * What a runtime said about a container that it could not start, or undefined when the container ran.
 *
 * @param logPath the runtime's log
 * @param output what came out of the container, when little
 */
export function startFailure(
  exitCode: number,
  logPath: string,
  output: string,
  command: string,
): SandboxError | undefined {
  let log = '';
  try {
    log = readFileSync(logPath, 'utf8');
  } catch {
    // The runtime had nothing to say.
  }
  const messages = log
    .split('\n')
    .filter((line) => line !== '')
    .map(readMessage)
    .filter((message) => message.severe)
    .map((message) => message.text);
  if (messages.length === 0 && exitCode === 1 && lateFailure.test(output)) messages.push(output.trim());
  const words = messages.at(-1);
  if (words === undefined || ![1, 125, 255].includes(exitCode)) return undefined;
  const text = words
    .replace(/^(runc run|exec) failed: /, '')
    .replace(/^unable to start container process: /, '')
    .replace(/^error during container init: /, '')
    .replace(
      /^open executable: (Permission denied|Operation not permitted)$/,
      `exec: "${command}": permission denied`,
    )
    .replace(/^exec container process (?:\(missing dynamic library\?\) )?`(.*)`: /, 'exec: "$1": ');
  return new SandboxError('StartFailed', `the container could not start: ${text}`, {
    exitCode: failureCode(text),
    hint: hintFor(text, command),
  });
}

function readMessage(line: string): { text: string; severe: boolean } {
  // crun: `2026-01-01T00:00:00.0Z: words` or the words alone; runc: logfmt.
  const level = /\blevel=(\w+)/.exec(line)?.[1];
  const quoted = /\bmsg=("(?:[^"\\]|\\.)*")/.exec(line)?.[1];
  if (level !== undefined && quoted !== undefined) {
    return { text: unquote(quoted), severe: level === 'error' || level === 'fatal' };
  }
  return { text: line.replace(/^\d{4}-\d\d-\d\dT[0-9:.]+Z: /, ''), severe: true };
}

/** Go's way of quoting is nearly JSON's. */
function unquote(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, -1);
  }
}

function failureCode(text: string): number {
  if (/permission denied|exec format error/i.test(text)) return 126;
  if (/not found|no such file or directory/i.test(text) && /exec/.test(text)) return 127;
  return 128;
}

function hintFor(text: string, command: string): string | undefined {
  switch (failureCode(text)) {
    case 127:
      return `check that ${command} is in the image, and the interpreter or libraries it needs`;
    case 126:
      return `check that ${command} is a program for this machine with the executable bit set`;
    default:
      return undefined;
  }
}
