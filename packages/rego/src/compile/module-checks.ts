import type { Import, Module, Term } from '../syntax/ast.ts';
import { importName, type Names } from './names.ts';
import type { Problems } from './problems.ts';

const roots: ReadonlySet<string> = new Set(['input', 'data']);

/** Reports rules, arguments and variables called `input` or `data`. */
export function checkOverrides(modules: readonly Module[], problems: Problems): void {
  for (const module of modules) {
    if (module.v0) continue;
    for (const { head, body, location } of module.rules) {
      const { name } = head.reference.name;
      const add = (place: typeof location, message: string) =>
        problems.add('overrides', place, 'rego_compile_error', message);
      if (roots.has(name)) add(location, `rules must not shadow ${name} (use a different rule name)`);
      for (const arg of head.args ?? []) {
        const root = rootName(arg);
        if (root) add(arg.location, `args must not shadow ${root} (use a different argument name)`);
      }
      for (const { what, location: place } of body) {
        if (what.kind !== 'call' || what.operator[0] !== 'assign' || !what.args[0]) continue;
        const root = rootName(what.args[0]);
        if (root) add(place, `variables must not shadow ${root} (use a different variable name)`);
      }
    }
  }
}

function rootName(term: Term): string | undefined {
  const bare = term.kind === 'ref' && term.path.length === 0 ? term.head : term;
  return bare.kind === 'var' && roots.has(bare.name) ? bare.name : undefined;
}

/** Reports imports that bind one name twice. */
export function checkImports(modules: readonly Module[], problems: Problems, strict: boolean): void {
  for (const module of modules) {
    if (module.v0 && !strict) continue;
    const seen = new Map<string, Import>();
    for (const item of module.imports) {
      const name = importName(item);
      if (name === undefined) continue;
      const before = seen.get(name);
      if (before)
        problems.add(
          'imports',
          item.location,
          'rego_compile_error',
          `import must not shadow ${importText(before)}`,
        );
      else seen.set(name, item);
    }
  }
}

/** Reports imports that nothing uses; of the strict mode. */
export function checkUnusedImports(
  modules: readonly Module[],
  namesOf: ReadonlyMap<Module, Names>,
  problems: Problems,
): void {
  for (const module of modules)
    for (const item of module.imports) {
      const name = importName(item);
      if (name === undefined || namesOf.get(module)?.used(name)) continue;
      problems.add('resolve', item.location, 'rego_compile_error', `${importText(item)} unused`);
    }
}

function importText({ path, alias }: Import): string {
  const [first = '', ...rest] = path;
  const text = rest.map((part) =>
    /^[A-Za-z_][A-Za-z0-9_]*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`,
  );
  return `import ${first}${text.join('')}${alias === undefined ? '' : ` as ${alias}`}`;
}
