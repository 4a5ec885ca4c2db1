import type { BuiltinDeclaration, RegoType } from '../builtins/builtin.ts';
import { hostDeclarations } from '../builtins/host.ts';
import { ownBuiltins } from '../builtins/registry.ts';

/** A capabilities document, as OPA's `capabilities` command prints it. */
export interface CapabilitiesDocument {
  builtins: {
    name: string;
    decl: RegoType;
    infix?: string;
    relation?: boolean;
    nondeterministic?: boolean;
    deprecated?: boolean;
  }[];
  future_keywords: string[];
  features: string[];
}

/** What this engine can do. Builtins that only a host can supply are left out. */
export function ownCapabilities(): CapabilitiesDocument {
  const absent = new Set(hostDeclarations.map(({ name }) => name));
  const builtins = [...ownBuiltins().values()]
    .filter(({ name }) => !absent.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(entryOf);
  return {
    builtins,
    future_keywords: [],
    features: ['keywords_in_refs', 'rego_v1', 'template_strings'],
  };
}

function entryOf(builtin: BuiltinDeclaration): CapabilitiesDocument['builtins'][number] {
  const { name, args, variadic, result, infix, relation, nondeterministic, deprecated } = builtin;
  return {
    name,
    decl: {
      type: 'function',
      ...(args.length > 0 ? { args } : {}),
      result,
      ...(variadic ? { variadic } : {}),
    },
    ...(infix === undefined ? {} : { infix }),
    ...(relation ? { relation } : {}),
    ...(nondeterministic ? { nondeterministic } : {}),
    ...(deprecated ? { deprecated } : {}),
  };
}
