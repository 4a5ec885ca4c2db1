import { createCredentialSource, createRegistryClient, type RegistryClient } from '@assay/oci';

/** A registry client that shows the process's own token to the factory's registry, and the user's logins to others. */
export function registryClientOf(
  process: string,
  { registryHost, token }: { registryHost: string; token: string },
): RegistryClient {
  const logins = createCredentialSource();
  return createRegistryClient({
    credentials: async (repository) =>
      repository.startsWith(`${registryHost}/`) ? { username: process, password: token } : logins(repository),
  });
}
