import { parseDocument, type Value } from '@assay/rego';
import { readText } from './load-paths.ts';
import { OpaFailure } from './opa-error.ts';

/** The input document that the flags name, if any: a file, or standard input. */
export function readInput(flags: { input?: string; stdinInput?: boolean }): Value | undefined {
  if (flags.stdinInput && flags.input !== undefined) {
    throw new OpaFailure('specify --stdin-input or --input but not both', 1);
  }
  if (!flags.stdinInput && flags.input === undefined) return undefined;
  const path = flags.stdinInput ? '-' : flags.input!.replace(/^file:\/\//, '');
  return parseDocument(readText(path), flags.stdinInput ? 'input' : path);
}
