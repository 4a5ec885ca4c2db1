import type { HostBuiltin } from '@assay/rego';
import { PackageURL } from 'packageurl-js';
import { listOf, record, text } from './types.ts';

/** `ec.purl.*`: package URLs. @see https://github.com/package-url/purl-spec */
export const purlBuiltins: readonly HostBuiltin[] = [
  {
    name: 'ec.purl.is_valid',
    description: 'Whether a text is a valid package URL.',
    args: [text],
    // Upstream declares a text and answers with a boolean; policies are type-checked by what is declared.
    result: text,
    memoize: true,
    call: ([purl]) => parsed(purl) !== undefined,
  },
  {
    name: 'ec.purl.parse',
    description: 'The parts of a package URL; undefined when it is none.',
    args: [text],
    result: record({
      type: text,
      namespace: text,
      name: text,
      version: text,
      qualifiers: listOf(record({ key: text, value: text })),
      subpath: text,
    }),
    memoize: true,
    call: ([purl]) => {
      const url = parsed(purl);
      if (!url) return undefined;
      const { type, namespace, name, version, qualifiers, subpath } = url;
      return {
        type,
        namespace: namespace ?? '',
        name,
        version: version ?? '',
        qualifiers: Object.entries(qualifiers ?? {})
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, value]) => ({ key, value })),
        subpath: subpath ?? '',
      };
    },
  },
];

function parsed(purl: unknown): PackageURL | undefined {
  if (typeof purl !== 'string') return undefined;
  try {
    return PackageURL.fromString(purl);
  } catch {
    return undefined;
  }
}
