import { decodeBase64 } from '../encoding/base64.ts';

export interface PemBlock {
  type: string;
  bytes: Uint8Array;
}

const begin = '-----BEGIN ';
const dashes = '-----';

/** The first PEM block of a text (RFC 1421 as Go's `encoding/pem` reads it) and what follows it; undefined if there is none. */
export function decodePem(text: string): { block: PemBlock; rest: string } | undefined {
  let from = 0;
  while (true) {
    const start = text.startsWith(begin, from) ? from : indexAfterLine(text, begin, from);
    if (start < 0) return undefined;
    const [line, afterLine] = lineAt(text, start + begin.length);
    from = afterLine;
    if (!line.endsWith(dashes)) continue;
    const type = line.slice(0, -dashes.length);
    const ending = `\n-----END ${type}${dashes}`;
    let body = afterLine;
    while (true) {
      const [header, next] = lineAt(text, body);
      if (next === body || !header.includes(':')) break;
      body = next;
    }
    // The end may follow the headers at once.
    const end = text.startsWith(ending.slice(1), body) ? body - 1 : text.indexOf(ending, body);
    if (end < 0) continue;
    const [trailer, rest] = lineAt(text, end + ending.length);
    if (trailer !== '') continue;
    try {
      const bytes = decodeBase64(text.slice(body, Math.max(end, body)).replace(/[ \t\r\n]/g, ''), 'standard');
      return { block: { type, bytes }, rest: text.slice(rest) };
    } catch {
      from = afterLine;
    }
  }
}

/** Every block of a text. */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (let found = decodePem(text); found; found = decodePem(found.rest)) blocks.push(found.block);
  return blocks;
}

function indexAfterLine(text: string, part: string, from: number): number {
  const at = text.indexOf(`\n${part}`, from);
  return at < 0 ? -1 : at + 1;
}

/** The line that starts here, without blanks at its end, and where the next one starts. */
function lineAt(text: string, start: number): [line: string, next: number] {
  const end = text.indexOf('\n', start);
  const line = end < 0 ? text.slice(start) : text.slice(start, end);
  return [line.replace(/[ \t\r]+$/, ''), end < 0 ? text.length : end + 1];
}
