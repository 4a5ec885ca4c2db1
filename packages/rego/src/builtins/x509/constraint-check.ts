import { unsigned } from '../crypto/der.ts';
import { isIpv4, parseAddress } from '../net/address.ts';
import type { Certificate } from './certificate.ts';
import type { AlternativeNames } from './general-names.ts';
import type { IpRange, NameConstraints, NameTree } from './name-constraints.ts';

type Match<N, C> = (name: N, constraint: C) => boolean;

/** Whether the names of a certificate stay within the constraints of one above it; `spend` counts comparisons. */
export function withinConstraints(
  certificate: Certificate,
  constraints: NameConstraints,
  spend: () => boolean,
): boolean {
  if (!constraints.present || !certificate.known.hasAlternativeNames) return true;
  const { names } = certificate.known;
  const check = <N, C>(list: readonly N[], of: (tree: NameTree) => readonly C[], match: Match<N, C>) =>
    list.every((name) => {
      const hit = (constraint: C) => spend() && match(name, constraint);
      if (of(constraints.excluded).some(hit)) return false;
      const permitted = of(constraints.permitted);
      return permitted.length === 0 || permitted.some(hit);
    });
  return (
    names.emails.every((email) => email.includes('@')) &&
    check(names.emails, (tree) => tree.emails, matchesEmail) &&
    check(names.dns, (tree) => tree.dns, matchesDomain) &&
    check(names.urls, (tree) => tree.uris, matchesUri) &&
    check(names.addresses, (tree) => tree.ranges, matchesRange)
  );
}

/** A constraint that starts with a dot holds for what is below it only. */
function matchesDomain(domain: string, constraint: string): boolean {
  if (constraint === '') return true;
  const name = domain.toLowerCase().replace(/\.$/, '');
  const base = constraint.toLowerCase();
  if (base.startsWith('.')) return name.endsWith(base) && name !== base.slice(1);
  return name === base || name.endsWith(`.${base}`);
}

function matchesEmail(email: string, constraint: string): boolean {
  const at = email.lastIndexOf('@');
  if (constraint.includes('@')) {
    const other = constraint.lastIndexOf('@');
    return (
      email.slice(0, at) === constraint.slice(0, other) &&
      email.slice(at).toLowerCase() === constraint.slice(other).toLowerCase()
    );
  }
  return matchesDomain(email.slice(at + 1), constraint);
}

function matchesUri({ url }: AlternativeNames['urls'][number], constraint: string): boolean {
  const host = url.Host.replace(/:\d*$/, '');
  if (host === '' || parseAddress(host.replace(/^\[|\]$/g, '')) !== undefined) return false;
  return matchesDomain(host, constraint);
}

function matchesRange(text: string, range: IpRange): boolean {
  const address = parseAddress(text);
  if (address === undefined || isIpv4(address) !== (range.length === 4)) return false;
  const bits = range.length === 4 ? address & 0xffffffffn : address;
  return (bits & unsigned(range.mask)) === range.first;
}
