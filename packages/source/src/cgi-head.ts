import { once } from 'node:events';
import type { OutgoingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

/** A CGI program's head is a few hundred bytes; one that is larger is none. */
const maxHeadBytes = 64 << 10;

/**
 * Reads the header block of a CGI answer (RFC 3875, section 6) and leaves the stream at the first byte of the body.
 *
 * @throws Error when the stream ends before the block does.
 */
export async function readCgiHead(
  output: Readable,
): Promise<{ status: number; headers: OutgoingHttpHeaders }> {
  let seen = Buffer.alloc(0);
  let end = -1;
  while (end < 0) {
    const chunk = output.read() as Buffer | null;
    if (chunk === null) {
      if (output.readableEnded || seen.length > maxHeadBytes) throw new Error('no CGI header');
      await Promise.race([once(output, 'readable'), once(output, 'end')]);
      continue;
    }
    seen = Buffer.concat([seen, chunk]);
    end = seen.indexOf('\r\n\r\n');
  }
  output.unshift(seen.subarray(end + 4));
  let status = 200;
  const headers: OutgoingHttpHeaders = {};
  for (const line of seen.subarray(0, end).toString('latin1').split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'status') status = Number.parseInt(value, 10);
    else headers[name] = value;
  }
  return { status, headers };
}
