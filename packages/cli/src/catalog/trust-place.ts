import type { TrustPlace } from '@assay/catalog';
import { parseReference } from '@assay/oci';
import { Option } from 'commander';
import { registryHost, registryPort } from '../factory/registry-address.ts';
import type { Home } from '../home.ts';
import type { RegistryStores } from '../policy/registry-stores.ts';

/** Repositories of the trusted library in the factory's registry. */
export const libraryRepositories = {
  tasks: 'library',
  policies: 'library/policies',
  data: 'library/data',
  trust: 'library/trust',
};

/** `--trust`, for every command about trust data. */
export function trustOption(): Option {
  return new Option(
    '--trust <image>',
    "the trust data, an OCI artifact (default: library/trust:latest in the factory's registry)",
  );
}

/** The factory's registry as references name it, whether a factory runs or not. */
export async function ownRegistry(home: Home): Promise<string> {
  return registryHost(home) ?? `localhost:${await registryPort(home)}`;
}

/** Where the trust data is. @throws OciError InvalidReference */
export async function trustPlace(
  home: Home,
  { store }: RegistryStores,
  reference?: string,
): Promise<TrustPlace> {
  const named = reference ?? `${await ownRegistry(home)}/${libraryRepositories.trust}`;
  const { repository, tag } = parseReference(named);
  return { store: store(repository), repository, ...(tag !== undefined && { tag }) };
}
