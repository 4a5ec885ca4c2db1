import { BuiltinFault } from '../builtins/builtin.ts';
import { readYaml } from '../builtins/yaml/read.ts';
import { RegoError } from '../error.ts';
import { JsonError, parseJson } from '../values/json.ts';
import type { Value } from '../values/value.ts';

const context = {
  now: () => 0n,
  remembered: <T>(_key: string, make: () => T) => make(),
  random: () => 0,
  randomBytes: (length: number) => new Uint8Array(length),
  spend: () => undefined,
};

/**
 * Reads a document for a policy: JSON, or YAML as OPA reads it. Numbers stay exact. The text may be hostile; its depth is bounded.
 * @param file names the text in errors; `.yaml` and `.yml` are YAML, `.json` is JSON, anything else may be both
 * @throws RegoError (`rego_parse_error`)
 */
export function parseDocument(text: string, file: string): Value {
  const yaml = /\.ya?ml$/.test(file);
  try {
    if (!yaml) return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    if (file.endsWith('.json')) throw documentError(file, error);
  }
  try {
    return readYaml(text, context);
  } catch (error) {
    if (error instanceof BuiltinFault) throw documentError(file, error);
    throw error;
  }
}

function documentError(file: string, cause: Error): RegoError {
  const problem = { code: 'rego_parse_error', message: cause.message, file, row: 0, col: 0 } as const;
  return new RegoError([{ ...problem, message: `${file}: ${cause.message}` }], { cause });
}
