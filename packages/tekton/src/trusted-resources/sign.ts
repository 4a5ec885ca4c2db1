import type { KeyObject } from 'node:crypto';
import { constants, sign } from 'node:crypto';
import { annotations } from '../names/labels.ts';
import type { Definition } from '../resolvers/resolver.ts';
import { definitionChecksum } from './checksum.ts';

/**
 * A copy of a Task, Pipeline or StepAction with its signature in the annotation `tekton.dev/signature`, as the `tkn`
 * command signs: ECDSA and RSA (PKCS #1 v1.5) with `hash`, Ed25519. The definition must be as it will be fetched.
 * @throws TektonError VerificationFailed for an API version that cannot be signed
 */
export function signDefinition<T extends Definition>(
  definition: T,
  privateKey: KeyObject,
  hash = 'sha256',
): T {
  const checksum = definitionChecksum(definition);
  const key = { key: privateKey, padding: constants.RSA_PKCS1_PADDING };
  const type = privateKey.asymmetricKeyType;
  const signature = sign(type === 'ed25519' ? null : hash, checksum, type === 'rsa' ? key : privateKey);
  const own = { ...definition.metadata?.annotations, [annotations.signature]: signature.toString('base64') };
  return { ...definition, metadata: { ...definition.metadata, annotations: own } };
}
