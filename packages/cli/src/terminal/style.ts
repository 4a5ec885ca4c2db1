import { styleText } from 'node:util';

export type Color = 'red' | 'green' | 'yellow' | 'cyan' | 'magenta' | 'blue' | 'dim' | 'bold';

/** Colours a text for one stream, or leaves it plain. */
export type Style = (color: Color, text: string) => string;

/** Colours on a terminal that wants them; plain text for a pipe, NO_COLOR, TERM=dumb and CI. */
export function styleFor(stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv = process.env): Style {
  const plain = !stream.isTTY || environment.NO_COLOR || environment.TERM === 'dumb' || environment.CI;
  return plain ? (_, text) => text : (color, text) => styleText(color, text, { validateStream: false });
}

/** Text from outside as a terminal may show it: without the control characters that would steer it. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f]|\u001b(?!\[[0-9;]*m)/g, '');
}

/** `1.4 s`, `2 m 05 s`. */
export function formatElapsed(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`;
}
