import * as yaml from 'yaml';

/** The YAML library. In Node its 72 modules are loaded at the first call; see `library-in-node.ts`. */
export const yamlLibrary = (): typeof yaml => yaml;
