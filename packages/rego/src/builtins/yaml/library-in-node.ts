import { createRequire } from 'node:module';
import type * as yaml from 'yaml';

const require = createRequire(import.meta.url);
let loaded: typeof yaml | undefined;

/** The YAML library, loaded at the first call: most policies have none, and loading takes longer than evaluating them. */
export function yamlLibrary(): typeof yaml {
  loaded ??= require('yaml') as typeof yaml;
  return loaded;
}
