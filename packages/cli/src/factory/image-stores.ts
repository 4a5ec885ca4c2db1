import { type ContentStore, createRegistryClient, openLayoutStore, parseReference } from '@assay/oci';
import { openHome } from '../home.ts';
import { registryHost } from './registry-address.ts';
import { connectSession } from './session.ts';

/** An image named on the command line, and where it is read from. */
export interface NamedImage {
  store: ContentStore;
  repository: string;
  /** Its digest or tag. */
  reference: string;
}

/**
 * Finds the store of an image by its reference. The factory's own registry is asked when a factory runs, and read from
 * disk when none does.
 * @throws OciError InvalidReference
 */
export async function openImageStore(image: string): Promise<NamedImage> {
  const { host, repository, digest, tag = 'latest' } = parseReference(image);
  return { store: await storeFor(host), repository, reference: digest ?? tag };
}

async function storeFor(host: string): Promise<ContentStore> {
  const home = openHome();
  if (host !== 'localhost' && host !== registryHost(home)) return createRegistryClient();
  const running = await connectSession(home);
  if (!running) return openLayoutStore(home.registry);
  return createRegistryClient({ hosts: { localhost: { endpoint: `http://${running.registryHost}` } } });
}
