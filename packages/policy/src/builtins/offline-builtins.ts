import { BuiltinFault, type HostBuiltin } from '@assay/rego';
import { ociBuiltins } from './oci-builtins.ts';
import { purlBuiltins } from './purl-builtins.ts';
import { RegistryReader } from './registry-reader.ts';
import { sigstoreBuiltins } from './sigstore-builtins.ts';

/**
 * Conforma's functions for where nothing may be fetched, such as a policy's unit tests: `ec.purl.*` answers; `ec.oci.*` and
 * `ec.sigstore.*` have their types, so that policies compile and tests can replace them by `with`, but called they fail.
 */
export function offlineBuiltins(): HostBuiltin[] {
  const none = (): never => {
    throw new Error('no registry');
  };
  const reader = new RegistryReader(none);
  const remote = [...ociBuiltins(reader), ...sigstoreBuiltins(reader, none)];
  return [
    ...purlBuiltins,
    ...remote.map((builtin) => ({
      ...builtin,
      call: (): never => {
        throw new BuiltinFault(
          'eval_builtin_error',
          'registries are not read here; replace this function by with',
        );
      },
    })),
  ];
}
