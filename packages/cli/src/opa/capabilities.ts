import { ownCapabilities } from '@assay/rego';
import { type Json, writeJson } from './json-output.ts';
import { OpaFailure, withOpaErrors } from './opa-error.ts';
import { readCapabilities } from './policy-flags.ts';

export interface CapabilitiesFlags {
  current?: boolean;
  version?: string;
  file?: string;
}

/** The version of OPA whose language and builtins this engine has. */
const ownVersion = 'v1.15.2';

/** `opa capabilities`: the builtins and features of this engine, of a file, or the versions that are known. */
export function capabilitiesCommand(flags: CapabilitiesFlags): Promise<void> {
  return withOpaErrors(1, () => {
    if (flags.version !== undefined && flags.version !== ownVersion) {
      throw new OpaFailure(
        `no capabilities version found ${flags.version}; this program knows ${ownVersion}`,
      );
    }
    if (flags.version !== undefined || (flags.current && flags.file === undefined)) {
      writeJson(ownCapabilities() as unknown as Json);
    } else if (flags.file !== undefined) {
      writeJson(readCapabilities(flags.file) as unknown as Json);
    } else {
      process.stdout.write(`${ownVersion}\n`);
    }
    return 0;
  });
}
