import { parseDocument, RegoError, type Value } from '@assay/rego';
import { readText } from './load-paths.ts';
import { OpaFailure } from './opa-error.ts';

/** The input document that the flags name, if any: a file, or standard input. */
export function readInput(flags: { input?: string; stdinInput?: boolean }): Value | undefined {
  if (flags.stdinInput && flags.input !== undefined) {
    throw new OpaFailure('specify --stdin-input or --input but not both', 1);
  }
  if (!flags.stdinInput && flags.input === undefined) return undefined;
  const path = flags.stdinInput ? '-' : flags.input!.replace(/^file:\/\//, '');
  const text = readText(path);
  try {
    return parseDocument(text, flags.stdinInput ? 'standard input' : path);
  } catch (error) {
    if (!(error instanceof RegoError)) throw error;
    throw new OpaFailure(`unable to parse input: ${error.errors[0]!.message}`, undefined, { cause: error });
  }
}
