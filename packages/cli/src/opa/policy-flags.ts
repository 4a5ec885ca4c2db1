import { readFileSync } from 'node:fs';
import {
  BuiltinFault,
  type Capabilities,
  type CompileOptions,
  type HostBuiltin,
  ownBuiltins,
  parseModule,
} from '@assay/rego';
import { type LoadedPaths, loadBundles, loadPaths, mergeLoaded } from './load-paths.ts';
import { OpaFailure } from './opa-error.ts';

/** The flags that say which policy and how to read it. */
export interface PolicyFlags {
  data?: string[];
  bundle?: string[];
  ignore?: string[];
  capabilities?: string;
  strict?: boolean;
  v0Compatible?: boolean;
  /** Load no data but a bundle's. */
  onlyPolicies?: boolean;
}

export interface ReadPolicy {
  compile: CompileOptions;
  loaded: LoadedPaths;
}

/** Loads what the flags name. */
export async function readPolicy(flags: PolicyFlags, query = ''): Promise<ReadPolicy> {
  const options = { ignore: flags.ignore ?? [], onlyPolicies: flags.onlyPolicies ?? false };
  const data = await loadPaths(flags.data ?? [], options);
  const loaded = flags.bundle ? mergeLoaded(data, await loadBundles(flags.bundle, options)) : data;
  return { compile: await compileOptions(loaded, flags, query), loaded };
}

/** How to compile what was loaded. */
async function compileOptions(
  loaded: LoadedPaths,
  flags: PolicyFlags,
  query: string,
): Promise<CompileOptions> {
  const capabilities = flags.capabilities === undefined ? undefined : readCapabilities(flags.capabilities);
  const conforma = await conformaBuiltins([query, ...Object.values(loaded.modules)]);
  const foreign = capabilities
    ? foreignBuiltins(capabilities, new Set(conforma.map(({ name }) => name)))
    : [];
  return {
    modules: modulesOf(loaded, flags),
    data: loaded.data,
    ...(flags.strict ? { strict: true } : {}),
    ...(flags.v0Compatible ? { v0: true } : {}),
    ...(capabilities ? { capabilities } : {}),
    builtins: [...conforma, ...foreign],
  };
}

/** Sources; modules in another version of Rego than the flags say are parsed. */
function modulesOf(
  { modules, versions }: LoadedPaths,
  { v0Compatible = false }: PolicyFlags,
): CompileOptions['modules'] {
  const parsed = Object.entries(versions)
    .filter(([, version]) => (version === 0) !== v0Compatible)
    .map(([file, version]) => [file, parseModule(modules[file]!, { file, v0: version === 0 })]);
  return { ...modules, ...Object.fromEntries(parsed) };
}

/** Conforma's functions, if a text calls one: loading them takes long. */
async function conformaBuiltins(texts: readonly string[]): Promise<HostBuiltin[]> {
  if (!texts.some((text) => /\bec\.(oci|purl|sigstore)\./.test(text))) return [];
  return (await import('@assay/policy')).offlineBuiltins();
}

interface DeclaredBuiltin {
  name: string;
  decl?: { args?: HostBuiltin['args']; result?: HostBuiltin['result'] };
}

/** The capabilities in a file. */
export function readCapabilities(path: string): Capabilities & { builtins?: DeclaredBuiltin[] } {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value === 'object' && value !== null) return value;
  } catch (cause) {
    throw new OpaFailure(`capabilities ${path}: ${(cause as Error).message}`, undefined, { cause });
  }
  throw new OpaFailure(`capabilities ${path}: must be an object`);
}

/**
 * Builtins that a capabilities file declares and this engine does not have, such as those of a program that embeds OPA: policies
 * that call them compile, and tests can replace them by `with`. Called, they fail.
 */
function foreignBuiltins(
  { builtins = [] }: { builtins?: DeclaredBuiltin[] },
  conforma: ReadonlySet<string>,
): HostBuiltin[] {
  const own = ownBuiltins();
  return builtins
    .filter(({ name }) => !own.has(name) && !conforma.has(name))
    .map(({ name, decl }) => ({
      name,
      args: decl?.args ?? [],
      ...(decl?.result ? { result: decl.result } : {}),
      call: () => {
        throw new BuiltinFault('eval_builtin_error', 'there is no implementation of this function here');
      },
    }));
}
