import type { WindowSize } from './pod-host.ts';

/**
 * The frames of Kubernetes' remote commands over a WebSocket: a byte that names the channel, then its content.
 * https://kubernetes.io/docs/reference/using-api/ and KEP 4006 (v5 adds the closing of a channel).
 */
export const channels = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4, close: 255 } as const;

/** The subprotocols that are spoken, the best first. */
export const execProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const;

export type ExecProtocol = (typeof execProtocols)[number];

/** The best of what a requester offers in `Sec-WebSocket-Protocol`; undefined when none is spoken. */
export function chooseProtocol(offered: string | undefined): ExecProtocol | undefined {
  const names = (offered ?? '').split(',').map((name) => name.trim());
  return execProtocols.find((protocol) => names.includes(protocol));
}

export function channelFrame(channel: number, content: Uint8Array | string): Buffer {
  return Buffer.concat([Buffer.of(channel), Buffer.from(content as string)]);
}

/** The last frame's content: how the command ended. Both code and fault come as a `v1` Status. */
export function endStatus(end: { exitCode: number } | { fault: string }): string {
  if ('fault' in end) {
    return JSON.stringify({
      metadata: {},
      status: 'Failure',
      message: `error executing command in container: ${end.fault}`,
      reason: 'InternalError',
      code: 500,
    });
  }
  const { exitCode } = end;
  if (exitCode === 0) return JSON.stringify({ metadata: {}, status: 'Success' });
  return JSON.stringify({
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  });
}

/** Reads a terminal's size as a client tells it; undefined for anything else, which is passed over. */
export function windowSize(content: Buffer): WindowSize | undefined {
  try {
    const { Width: columns, Height: rows } = JSON.parse(content.toString()) as Record<string, unknown>;
    const fits = (count: unknown): count is number =>
      Number.isInteger(count) && Number(count) > 0 && Number(count) < 65_536;
    return fits(columns) && fits(rows) ? { columns, rows } : undefined;
  } catch {
    return undefined;
  }
}
