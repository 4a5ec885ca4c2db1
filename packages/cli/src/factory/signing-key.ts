import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateSigningKey, loadSigner, type Signer } from '@assay/attestation';

/** The files of a signing key, named as Tekton Chains and cosign name them. */
export function keyFiles(directory: string): { privateKey: string; publicKey: string; password: string } {
  return {
    privateKey: join(directory, 'cosign.key'),
    publicKey: join(directory, 'cosign.pub'),
    password: join(directory, 'cosign.password'),
  };
}

/**
 * The observer's key, made at the first call. Only the observer's process calls this.
 * @throws AttestationError when the files are there and cannot be read as a key
 */
export async function openSigningKey(directory: string): Promise<Signer> {
  const files = keyFiles(directory);
  if (!existsSync(files.privateKey)) {
    const password = randomBytes(24).toString('base64url');
    const { privatePem, publicPem } = await generateSigningKey(password);
    await writeFile(files.password, password, { mode: 0o600 });
    await writeFile(files.publicKey, publicPem, { mode: 0o644 });
    // Last and at once: a key is complete or absent.
    await writeFile(`${files.privateKey}.new`, privatePem, { mode: 0o600 });
    await rename(`${files.privateKey}.new`, files.privateKey);
  }
  const [pem, password] = await Promise.all([
    readFile(files.privateKey, 'utf8'),
    readFile(files.password, 'utf8'),
  ]);
  return loadSigner(pem, password);
}
