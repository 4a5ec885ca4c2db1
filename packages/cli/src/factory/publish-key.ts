import { readFile } from 'node:fs/promises';
import { type Client, isKubeError, Namespaces, Secrets } from '@assay/kube';
import { keyFiles } from './signing-key.ts';

/** Where policies find the key of what the factory builds: `publicKey: k8s://tekton-chains/public-key`, as on Konflux. */
export const publishedKey = { namespace: 'tekton-chains', name: 'public-key' } as const;

/** Keeps the observer's public key in a Secret, so that policies can name it. */
export async function publishKey(client: Client, keys: string): Promise<void> {
  const pem = await readFile(keyFiles(keys).publicKey);
  const { namespace, name } = publishedKey;
  const data = { 'cosign.pub': pem.toString('base64') };
  const metadata = { name, namespace };
  await unlessThere(
    client.create(Namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }),
  );
  const created = await unlessThere(
    client.create(Secrets, { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data }),
  );
  if (!created) await client.patch(Secrets, namespace, name, { data });
}

async function unlessThere(creating: Promise<unknown>): Promise<boolean> {
  try {
    await creating;
    return true;
  } catch (error) {
    if (isKubeError(error, 'AlreadyExists')) return false;
    throw error;
  }
}
