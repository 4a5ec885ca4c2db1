import type { ObjectMeta } from '@assay/kube';
import type { Findings } from './field-error.ts';

const longestName = 63;
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** An RFC 1123 label of at most 63 characters. */
export function isDnsLabel(name: string): boolean {
  return name.length <= longestName && label.test(name);
}

/** A Kubernetes qualified name: an optional DNS prefix and a name of letters, digits, `-`, `_` and `.`. */
export function qualifiedNameProblem(name: string): string | undefined {
  const parts = name.split('/');
  const own = parts.at(-1) ?? '';
  if (parts.length > 2) {
    return "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
  }
  if (own.length > longestName) return 'name part must be no more than 63 characters';
  if (own === '') return 'name part must be non-empty';
  if (!/^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/.test(own)) {
    return "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
  }
  return undefined;
}

/** An object's name, or the prefix of the name it will get. */
export function validateMetadata(metadata: ObjectMeta | undefined, findings: Findings): void {
  const name = metadata?.name ?? '';
  if (name === '' && metadata?.generateName) return;
  if (name.length > longestName) {
    findings.add('Invalid resource name: length must be no more than 63 characters', ['name']);
  } else if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)) {
    findings.add(`invalid resource name ${JSON.stringify(name)}: must be a valid DNS label`, ['name']);
  }
}
