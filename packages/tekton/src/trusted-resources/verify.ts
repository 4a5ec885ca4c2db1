import { constants, verify as verifySignature } from 'node:crypto';
import { createRequire } from 'node:module';
import type { Client } from '@assay/kube';
import { TektonError } from '../error.ts';
import { annotations } from '../names/labels.ts';
import type { Definition } from '../resolvers/resolver.ts';
import type { RefSource } from '../types/status.ts';
import type { VerificationPolicy } from '../types/verification-policy.ts';
import { definitionChecksum } from './checksum.ts';
import type { Verifier } from './keys.ts';
import { verifiersOf } from './keys.ts';

/** What came of a verification: `skip` and `pass` say nothing more, `warn` and `error` why. */
export interface VerificationResult {
  type: 'skip' | 'pass' | 'warn' | 'error';
  message?: string;
}

export interface VerifyOptions {
  /** Of the namespace of the run. */
  policies: readonly VerificationPolicy[];
  /** What to do when no policy speaks of the source. @default 'ignore' */
  noMatchPolicy?: 'ignore' | 'warn' | 'fail' | undefined;
  /** For keys in Secrets. */
  client?: Client;
}

/** The type of the condition that shows the result in a run's status. */
export const trustedResourcesVerified = 'TrustedResourcesVerified';

/** The condition that a result asks for; none for `skip`. A run fails with `ResourceVerificationFailed` on `error`. */
export function verificationCondition(
  result: VerificationResult,
): { type: string; status: 'True' | 'False'; message: string } | undefined {
  switch (result.type) {
    case 'skip':
      return undefined;
    case 'pass':
      return {
        type: trustedResourcesVerified,
        status: 'True',
        message: 'Trusted resource verification passed',
      };
    default:
      return { type: trustedResourcesVerified, status: 'False', message: result.message ?? '' };
  }
}

/**
 * Verifies a Task or Pipeline that came from `source`, as it came, against the policies that speak of the source. All
 * that enforce must be satisfied, by any one of their keys; those that only warn let everything pass.
 * @see https://tekton.dev/docs/pipelines/trusted-resources/
 */
export async function verifyResource(
  definition: Definition,
  source: RefSource | undefined,
  options: VerifyOptions,
): Promise<VerificationResult> {
  const { name = '', namespace = '' } = definition.metadata ?? {};
  try {
    const matched = matchingPolicies(options.policies, source?.uri ?? '');
    if (matched.length === 0) {
      const message = `failed to get matched policies: no policies are matched: no matching policies are found for resource: ${name} against source: ${source?.uri ?? ''}`;
      const type = ({ ignore: 'skip', warn: 'warn', fail: 'error' } as const)[
        options.noMatchPolicy ?? 'ignore'
      ];
      return type === 'skip' ? { type } : { type, message };
    }
    const signature = signatureOf(definition);
    const checksum = definitionChecksum(definition);
    const failure = `resource verification failed: resource ${name} in namespace ${namespace} fails verification`;
    const passes = async (policy: VerificationPolicy) =>
      (await verifiersOf(policy, options.client)).some((verifier) => holds(verifier, checksum, signature));
    const warns = ({ spec }: VerificationPolicy) => spec?.mode === 'warn';
    for (const policy of matched.filter((candidate) => !warns(candidate))) {
      const passed = await passes(policy).catch((error) => {
        throw prefixed('failed to get verifiers from policy', error);
      });
      if (!passed) return { type: 'error', message: failure };
    }
    for (const policy of matched.filter(warns)) {
      const problem = await passes(policy).then(
        (passed) => (passed ? undefined : failure),
        (error: Error) =>
          `failed to get verifiers for resource ${name} from namespace ${namespace}: ${error.message}`,
      );
      if (problem !== undefined) return { type: 'warn', message: problem };
    }
    return { type: 'pass' };
  } catch (error) {
    if (error instanceof TektonError && error.code === 'VerificationFailed')
      return { type: 'error', message: error.message };
    throw error;
  }
}

const prefixed = (text: string, error: unknown): unknown =>
  error instanceof TektonError
    ? new TektonError(error.code, `${text}: ${error.message}`, { cause: error })
    : error;

type Re2 = typeof import('@bufbuild/re2');
let re2: Re2 | undefined;

/** Compiles a pattern of Go's regular expressions, which need no more time than the text is long. */
export function goPattern(pattern: string): { test(text: string): boolean } {
  re2 ??= createRequire(import.meta.url)('@bufbuild/re2') as Re2;
  return re2.RE2JS.compile(pattern) as unknown as { test(text: string): boolean };
}

function matchingPolicies(policies: readonly VerificationPolicy[], uri: string): VerificationPolicy[] {
  const source = uri.trim().replace(/^git\+/, '');
  return policies.filter(({ spec }) =>
    (spec?.resources ?? []).some(({ pattern }) => {
      try {
        return goPattern(anchored(pattern ?? '')).test(source);
      } catch (error) {
        throw new TektonError(
          'VerificationFailed',
          `failed to get matched policies: ${(error as Error).message}: regex failed to match`,
          {
            cause: error,
          },
        );
      }
    }),
  );
}

/** A pattern means the whole source, so that no other can contain a trusted one. */
function anchored(pattern: string): string {
  if (pattern.startsWith('^') && pattern.endsWith('$')) return pattern;
  return `^(?:${pattern.replace(/^\^/, '').replace(/\$$/, '')})$`;
}

function signatureOf({ metadata }: Definition): Buffer {
  const text = metadata?.annotations?.[annotations.signature] ?? '';
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) {
    throw new TektonError('VerificationFailed', 'illegal base64 data in the annotation tekton.dev/signature');
  }
  return Buffer.from(text, 'base64');
}

/** The checksum is the message: it is hashed once more. */
function holds({ key, hash }: Verifier, checksum: Buffer, signature: Buffer): boolean {
  try {
    if (key.asymmetricKeyType === 'ed25519') return verifySignature(null, checksum, key, signature);
    if (key.asymmetricKeyType === 'rsa') {
      return verifySignature(hash, checksum, { key, padding: constants.RSA_PKCS1_PADDING }, signature);
    }
    return verifySignature(hash, checksum, key, signature);
  } catch {
    return false;
  }
}
