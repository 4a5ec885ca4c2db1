import type { Import, Module } from '../syntax/ast.ts';

/** The names that one module can see from outside its rules: its package's rules and its imports, with their absolute paths. */
export class Names {
  readonly #paths = new Map<string, readonly string[]>();
  readonly #used = new Set<string>();

  constructor(packagePath: readonly string[], ruleNames: Iterable<string>, imports: readonly Import[]) {
    for (const name of ruleNames) this.#paths.set(name, ['data', ...packagePath, name]);
    for (const { path, alias } of imports) {
      if (path[0] === 'rego' || path[0] === 'future') continue;
      this.#paths.set(alias ?? (path.at(-1) as string), path);
    }
  }

  /** The absolute path that a name stands for: `["data", "lib", "f"]`; undefined if it is no global. */
  resolve(name: string): readonly string[] | undefined {
    const path = this.#paths.get(name);
    if (path) {
      this.#used.add(name);
      return path;
    }
    return name === 'input' || name === 'data' ? [name] : undefined;
  }

  /** Whether some rule of the module used the name. */
  used(name: string): boolean {
    return this.#used.has(name);
  }
}

/** The name that an import binds; undefined for `rego.v1` and `future.keywords`. */
export function importName(item: Import): string | undefined {
  if (item.path[0] === 'rego' || item.path[0] === 'future') return undefined;
  return item.alias ?? item.path.at(-1);
}

/** The names of all rules of each package: the first part of every head. */
export function ruleNamesByPackage(modules: readonly Module[]): Map<string, Set<string>> {
  const byPackage = new Map<string, Set<string>>();
  for (const module of modules) {
    const key = JSON.stringify(module.package.path);
    let names = byPackage.get(key);
    if (!names) {
      names = new Set();
      byPackage.set(key, names);
    }
    for (const rule of module.rules) names.add(rule.head.reference.name.name);
  }
  return byPackage;
}
