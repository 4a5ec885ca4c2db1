import { readFileSync } from 'node:fs';
import { parseTrustRoot } from '@assay/attestation';
import { createKeylessVerifier, type KeylessVerifier } from '@assay/policy';
import { CliError } from '../error.ts';

/**
 * How identities are verified by the keys in a file.
 * @throws CliError Usage; AttestationError InvalidTrustRoot
 */
export async function keylessVerifier(file: string, ignoreLog: boolean): Promise<KeylessVerifier> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CliError('Usage', `--trusted-root: cannot read ${file}`, { cause });
  }
  return createKeylessVerifier(await parseTrustRoot(text), { ignoreLog });
}
