import { existsSync, readFileSync } from 'node:fs';
import { CliError } from '../error.ts';

/**
 * What an argument means that may be a document or the name of a file: `-` is standard input.
 * @param what names it in errors
 * @returns the text, and how errors name it
 * @throws CliError Usage when it is neither
 */
export function readTextArgument(argument: string, what: string): { text: string; place: string } {
  if (argument === '-') return { text: readFileSync(0, 'utf8'), place: 'standard input' };
  if (existsSync(argument)) return { text: readFileSync(argument, 'utf8'), place: argument };
  if (isInline(argument)) return { text: argument, place: what };
  throw new CliError('Usage', `${what}: there is no file ${argument}`, {
    hint: 'give the name of a file, - for standard input, or the document itself',
  });
}

/** Whether a text is a YAML or JSON object rather than a name. */
export function isInline(text: string): boolean {
  return /^\s*[{[]/.test(text) || /\n|^\s*\S+:(\s|$)/.test(text);
}
