import { existsSync, readFileSync } from 'node:fs';
import type { PolicySpec, SignerDemands } from '@assay/policy';
import { CliError } from '../error.ts';
import { keyFiles } from '../factory/signing-key.ts';
import type { Home } from '../home.ts';
import type { SignerFlags } from './flags/signer-flags.ts';

/**
 * The policy with the signer that the flags name, else its own, else the factory's observer. A key is PEM afterwards.
 * @throws CliError Usage for a key that is not there
 */
export function withSigner(policy: PolicySpec, flags: SignerFlags, home: Home): PolicySpec {
  const { publicKey: _, identity: own, rekorUrl, ...rest } = policy;
  const log = flags.rekorUrl ?? rekorUrl;
  const spec: PolicySpec = { ...rest, ...(log !== undefined && { rekorUrl: log }) };
  const { publicKey, identity } = demandsOf(flags, home);
  if (publicKey) return { ...spec, publicKey };
  if (identity) return { ...spec, identity };
  if (policy.publicKey) return { ...spec, publicKey: policyKey(policy.publicKey, home) };
  if (own) return { ...spec, identity: own };
  const observer = keyFiles(home.keys).publicKey;
  return existsSync(observer) ? { ...spec, publicKey: readFileSync(observer, 'utf8') } : spec;
}

function demandsOf(flags: SignerFlags, home: Home): SignerDemands {
  if (flags.publicKey) return { publicKey: policyKey(flags.publicKey, home) };
  const identity = {
    ...(flags.certificateIdentity && { subject: flags.certificateIdentity }),
    ...(flags.certificateIdentityRegexp && { subjectRegExp: flags.certificateIdentityRegexp }),
    ...(flags.certificateOidcIssuer && { issuer: flags.certificateOidcIssuer }),
    ...(flags.certificateOidcIssuerRegexp && { issuerRegExp: flags.certificateOidcIssuerRegexp }),
  };
  return Object.keys(identity).length > 0 ? { identity } : {};
}

/** Chains' key in a cluster's Secret, as policies written for clusters name it, is here the key of the factory's observer. */
function policyKey(key: string, home: Home): string {
  return key.startsWith('k8s://') ? readKey(keyFiles(home.keys).publicKey) : readKey(key);
}

/** A key given as PEM, or by the name of its file. */
export function readKey(key: string): string {
  if (key.includes('-----BEGIN')) return key;
  if (existsSync(key)) return readFileSync(key, 'utf8');
  throw new CliError('Usage', `there is no public key ${key}`, {
    hint: 'give the name of a PEM file, or the PEM block itself',
  });
}
