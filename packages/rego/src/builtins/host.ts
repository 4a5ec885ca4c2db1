import type { BuiltinDeclaration } from './builtin.ts';
import { any, objectOf, setOf, string } from './types.ts';

/**
 * Builtins that reach for the network or the process: declared here, and there only where the host supplies an implementation.
 */
export const hostDeclarations: readonly BuiltinDeclaration[] = [
  {
    name: 'http.send',
    args: [objectOf(string, any)],
    result: objectOf(any, any),
    nondeterministic: true,
    categories: ['http'],
  },
  {
    name: 'net.lookup_ip_addr',
    args: [string],
    result: setOf(string),
    nondeterministic: true,
    categories: ['net'],
  },
  {
    name: 'opa.runtime',
    args: [],
    result: objectOf(string, any),
    nondeterministic: true,
    categories: ['opa'],
  },
];
