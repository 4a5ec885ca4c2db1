import { problemAt, RegoError } from '../error.ts';
import { RegoObject } from '../values/rego-object.ts';
import type { Builtin, BuiltinDeclaration, RegoType } from './builtin.ts';
import { coreBuiltins } from './core.ts';
import { furtherBuiltins } from './further.ts';
import { hostDeclarations } from './host.ts';
import { declarationOf, type HostBuiltin } from './host-builtin.ts';
import { fault } from './operands.ts';
import { templateBuiltins } from './template-string.ts';
import { any, boolean } from './types.ts';

/** A builtin that can be called, with the host's function where the host supplies it. */
export interface RegisteredBuiltin extends Builtin {
  host?: HostBuiltin;
}

/** Which builtins and language features a policy may use, as OPA's capabilities files list them. */
export interface Capabilities {
  /** Only the names count. Absent: all. */
  builtins?: readonly { name: string }[];
  features?: readonly string[];
  future_keywords?: readonly string[];
  allow_net?: readonly string[];
}

/** What the compiler itself puts in place of a call. */
const compiled: readonly Builtin[] = [
  declared('eq', [any, any], boolean, '='),
  declared('assign', [any, any], boolean, ':='),
  declared('rego.metadata.chain', [], { type: 'array', dynamic: any }),
  declared('rego.metadata.rule', [], any),
];

function declared(name: string, args: RegoType[], result: RegoType, infix?: string): Builtin {
  return { name, args, result, ...(infix !== undefined && { infix }), call: () => undefined };
}

/** What only a host can answer; without its function a call fails, which is undefined unless errors are strict. */
const unsupplied: readonly Builtin[] = hostDeclarations.map((declaration) => ({
  ...declaration,
  call() {
    if (declaration.name === 'opa.runtime') return new RegoObject();
    throw fault('not supplied by this host');
  },
}));

let all: ReadonlyMap<string, RegisteredBuiltin> | undefined;

/** Every builtin of the engine by name; those that only a host can supply fail when they are called. */
export function ownBuiltins(): ReadonlyMap<string, RegisteredBuiltin> {
  all ??= new Map(
    [...compiled, ...coreBuiltins, ...furtherBuiltins, ...templateBuiltins, ...unsupplied].map((builtin) => [
      builtin.name,
      builtin,
    ]),
  );
  return all;
}

/** Names that every policy needs whatever its capabilities say: the compiler uses them itself. */
const indispensable = (name: string): boolean =>
  name.startsWith('internal.') || name === 'eq' || name === 'assign';

/**
 * The builtins that a policy may call: the engine's own as far as the capabilities allow, and the host's.
 * @throws RegoError when a host function has the name of an operator
 */
export function builtinsFor(
  capabilities: Capabilities | undefined,
  hosts: readonly HostBuiltin[],
): Map<string, RegisteredBuiltin> {
  const allowed = capabilities?.builtins && new Set(capabilities.builtins.map(({ name }) => name));
  const result = new Map<string, RegisteredBuiltin>();
  for (const [name, builtin] of ownBuiltins())
    if (!allowed || allowed.has(name) || indispensable(name)) result.set(name, builtin);
  for (const host of hosts) {
    if (ownBuiltins().get(host.name)?.infix !== undefined)
      throw new RegoError([
        problemAt(undefined, 'rego_compile_error', `the operator ${host.name} cannot be replaced`),
      ]);
    result.set(host.name, { ...declarationOf(host), call: () => undefined, host });
  }
  return result;
}

export type { BuiltinDeclaration };
