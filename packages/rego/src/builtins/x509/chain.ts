import type { Certificate } from './certificate.ts';
import { withinConstraints } from './constraint-check.ts';
import { matchesHost } from './host-name.ts';
import { verifySignature } from './signature.ts';

export interface ChainOptions {
  /** Seconds since 1970. */
  time: number;
  /** The host that the leaf must stand for. */
  host?: string;
  /** Extended key usages as Go numbers them, one of which the chain must allow; 0 is any. */
  keyUsages: readonly number[];
  maxConstraintComparisons: number;
}

const serverAuthentication = 1;
const maySignCertificates = 1 << 5;
const maxSignatureChecks = 100;

/**
 * A chain from a leaf to a root through intermediates (RFC 5280, section 6, as far as Go's `Certificate.Verify` goes), or undefined:
 * signatures, validity, names, authority, path lengths, name constraints, extended key usages and critical extensions.
 */
export function verifiedChain(
  leaf: Certificate,
  roots: readonly Certificate[],
  intermediates: readonly Certificate[],
  options: ChainOptions,
): Certificate[] | undefined {
  if (!isValid(leaf, 'leaf', [], options)) return undefined;
  if (options.host !== undefined && options.host !== '' && !matchesHost(leaf, options.host)) return undefined;
  const usages = options.keyUsages.length > 0 ? options.keyUsages : [serverAuthentication];
  let checks = 0;
  const extend = (chain: Certificate[]): Certificate[] | undefined => {
    const child = chain.at(-1) as Certificate;
    for (const [type, pool] of [['root', roots] as const, ['intermediate', intermediates] as const]) {
      for (const parent of byKeyId(child, pool)) {
        if (!sameBytes(child.rawIssuer, parent.rawSubject) || chain.some((one) => isSame(one, parent)))
          continue;
        checks += 1;
        if (checks > maxSignatureChecks) return undefined;
        if (!isSignedBy(child, parent) || !isValid(parent, type, chain, options)) continue;
        const longer = [...chain, parent];
        if (type === 'intermediate') {
          const whole = extend(longer);
          if (whole) return whole;
        } else if (allows(longer, usages)) {
          return longer;
        }
      }
    }
    return undefined;
  };
  if (roots.some((root) => isSame(root, leaf))) return allows([leaf], usages) ? [leaf] : undefined;
  return extend([leaf]);
}

/** Those whose key the child names first. */
function byKeyId(child: Certificate, pool: readonly Certificate[]): Certificate[] {
  const wanted = child.known.authorityKeyId;
  const rank = (parent: Certificate) => {
    const id = parent.known.subjectKeyId;
    if (!wanted || !id) return 1;
    return sameBytes(wanted, id) ? 0 : 2;
  };
  return [...pool].sort((a, b) => rank(a) - rank(b));
}

function isSignedBy(child: Certificate, parent: Certificate): boolean {
  const { known } = parent;
  if (
    parent.version === 3
      ? !known.basicConstraints || !known.isAuthority
      : known.basicConstraints && !known.isAuthority
  ) {
    return false;
  }
  if (known.keyUsage !== 0 && (known.keyUsage & maySignCertificates) === 0) return false;
  return verifySignature(parent.publicKey, child.signatureAlgorithm, child.rawTbs, child.signature);
}

function isValid(
  certificate: Certificate,
  type: 'leaf' | 'intermediate' | 'root',
  chain: readonly Certificate[],
  options: ChainOptions,
): boolean {
  const { known } = certificate;
  if (known.unhandledCritical.length > 0) return false;
  if (options.time < certificate.notBefore || options.time > certificate.notAfter) return false;
  if (type === 'leaf') return true;
  let comparisons = 0;
  const spend = () => {
    comparisons += 1;
    return comparisons <= options.maxConstraintComparisons;
  };
  const within = chain.every(
    (below, index) =>
      (index > 0 && sameBytes(below.rawSubject, below.rawIssuer)) ||
      withinConstraints(below, known.constraints, spend),
  );
  if (!within || comparisons > options.maxConstraintComparisons) return false;
  if (type === 'intermediate' && !(known.basicConstraints && known.isAuthority)) return false;
  return !(known.basicConstraints && known.maxPathLength >= 0 && chain.length - 1 > known.maxPathLength);
}

/** Whether every certificate of a chain allows one same usage. */
function allows(chain: readonly Certificate[], usages: readonly number[]): boolean {
  if (usages.includes(0)) return true;
  let left = [...usages];
  for (const { known } of [...chain].reverse()) {
    const free = known.extendedKeyUsage.length === 0 && known.unknownExtendedKeyUsage.length === 0;
    if (free || known.extendedKeyUsage.includes(0)) continue;
    left = left.filter((usage) => known.extendedKeyUsage.includes(usage));
    if (left.length === 0) return false;
  }
  return true;
}

function isSame(a: Certificate, b: Certificate): boolean {
  return sameBytes(a.raw, b.raw);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
