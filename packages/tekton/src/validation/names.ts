import type { ObjectMeta } from '@assay/kube';
import type { Findings } from './field-error.ts';

const longestName = 63;
const longestSubdomain = 253;
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const labelKey = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

/** An RFC 1123 label of at most 63 characters. */
export function isDnsLabel(name: string): boolean {
  return name.length <= longestName && label.test(name);
}

function isDnsSubdomain(name: string): boolean {
  return name.length <= longestSubdomain && name.split('.').every((part) => label.test(part));
}

const keyRule =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const subdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/** What is wrong with a Kubernetes qualified name: an optional DNS prefix and a name. */
export function qualifiedNameProblem(name: string): string | undefined {
  const parts = name.split('/');
  const own = parts.at(-1) ?? '';
  if (parts.length > 2) {
    return `a valid label key ${keyRule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;
  }
  const problems: string[] = [];
  const prefix = parts.length === 2 ? (parts[0] as string) : undefined;
  if (prefix === '') problems.push('prefix part must be non-empty');
  else if (prefix !== undefined && !isDnsSubdomain(prefix)) problems.push(`prefix part ${subdomainRule}`);
  if (own === '') problems.push('name part must be non-empty');
  else if (own.length > longestName) problems.push(`name part must be no more than ${longestName} bytes`);
  if (!labelKey.test(own)) problems.push(`name part ${keyRule}`);
  return problems.length > 0 ? problems.join(',') : undefined;
}

/** An object's name, or the prefix of the name it will get. */
export function validateMetadata(metadata: ObjectMeta | undefined, findings: Findings): void {
  const name = metadata?.name ?? '';
  if (name === '' && metadata?.generateName) return;
  if (!isDnsSubdomain(name)) {
    findings.add(`invalid resource name ${JSON.stringify(name)}: must be a valid DNS label`, ['name']);
  } else if (name.length > longestName) {
    findings.add('Invalid resource name: length must be no more than 63 characters', ['name']);
  }
}
