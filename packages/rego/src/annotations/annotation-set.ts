import { problemAt, type RegoProblem } from '../error.ts';
import type { AnnotationBlock, Location, Module, Rule } from '../syntax/ast.ts';
import { compare } from '../values/compare.ts';
import type { Value } from '../values/value.ts';
import { annotationObject } from './annotation-object.ts';

/** An annotated rule or package, or a rule without annotations. */
export interface AnnotationReference {
  /** From `data`: `["data", "lib", "allow"]`. Ends before the first variable of a rule's name. */
  path: Value[];
  /** Of the rule or the package, not of the comment. */
  location: Location;
  /** Absent: a rule that nobody annotated. */
  annotations?: AnnotationBlock;
  /** Absent for packages. */
  rule?: Rule;
  /** Of the module, without `data`. */
  package: string[];
}

/** One step of `rego.metadata.chain()`. */
export interface ChainEntry {
  /** Without `data`. */
  path: Value[];
  /** In the form `rego.metadata` shows; see {@link annotationObject}. */
  annotations?: Record<string, unknown>;
}

/** The annotations of several modules, by what they apply to. */
export class AnnotationSet {
  /** Scopes `document`, `package` and `subpackages` allow one block for each path. */
  readonly problems: RegoProblem[] = [];
  readonly #documents = new Map<string, Owned>();
  readonly #packages = new Map<string, Owned>();
  readonly #subpackages = new Map<string, Owned>();

  constructor(modules: readonly Module[]) {
    for (const module of modules) {
      const own = ['data', ...module.package.path];
      for (const block of module.package.annotations) {
        const map = block.scope === 'package' ? this.#packages : this.#subpackages;
        this.#declare(map, { block, path: own });
      }
      for (const rule of module.rules) {
        for (const block of rule.annotations) {
          if (block.scope !== 'document') continue;
          this.#declare(this.#documents, { block, path: rulePath(module, rule) });
        }
      }
    }
  }

  /**
   * What `rego.metadata.chain()` says in a rule: the rule's own entry first (there always is one), nearest block first; then the
   * document, the package, and the packages above it.
   */
  chain(module: Module, rule: Rule): ChainEntry[] {
    const path = rulePath(module, rule);
    const own = rule.annotations.filter((block) => block.scope === 'rule').reverse();
    const entries: ChainEntry[] = own.map((block) => entry({ block, path }));
    if (entries.length === 0) entries.push({ path: path.slice(1) });
    const parents = ['data', ...module.package.path];
    const above = [this.#documents.get(key(path)), this.#packages.get(key(parents))];
    for (let length = parents.length; length > 0 && this.#subpackages.size > 0; length -= 1) {
      above.push(this.#subpackages.get(key(parents.slice(0, length))));
    }
    for (const owned of above) if (owned) entries.push(entry(owned));
    return entries;
  }

  /** What `rego.metadata.rule()` says: the annotations of the rule alone, `{}` when there are none. */
  rule(rule: Rule): Record<string, unknown> {
    const nearest = rule.annotations.filter((block) => block.scope === 'rule').at(-1);
    return nearest ? annotationObject(nearest) : {};
  }

  #declare(map: Map<string, Owned>, owned: Owned): void {
    const other = map.get(key(owned.path));
    if (!other) {
      map.set(key(owned.path), owned);
      return;
    }
    const { file, row } = other.block.location;
    const { scope, location } = owned.block;
    this.problems.push(
      problemAt(location, 'rego_type_error', `${scope} annotation redeclared: ${file}:${row}`),
    );
  }
}

/**
 * Every annotation of the modules with what it applies to, and every rule without annotations: sorted by path, then by place.
 */
export function annotationsOf(modules: readonly Module[]): AnnotationReference[] {
  const references: AnnotationReference[] = [];
  for (const module of modules) {
    const owner = module.package.path;
    for (const block of module.package.annotations) {
      const path = ['data', ...owner];
      references.push({ path, location: module.package.location, annotations: block, package: owner });
    }
    for (const rule of module.rules) {
      const at = { path: rulePath(module, rule), location: rule.location, rule, package: owner };
      if (rule.annotations.length === 0) references.push(at);
      for (const block of rule.annotations) references.push({ ...at, annotations: block });
    }
  }
  return references.sort(byPath);
}

/** A rule's path from `data`, up to the first part that is no constant. */
function rulePath(module: Module, rule: Rule): Value[] {
  const { name, path } = rule.head.reference;
  const values: Value[] = ['data', ...module.package.path, name.name];
  for (const part of path) {
    if (part.kind !== 'scalar') break;
    values.push(part.value);
  }
  return values;
}

interface Owned {
  block: AnnotationBlock;
  path: Value[];
}

function entry({ block, path }: Owned): ChainEntry {
  return { path: path.slice(1), annotations: annotationObject(block) };
}

function key(path: readonly Value[]): string {
  if (path.every((part) => typeof part === 'string')) return path.join('\n');
  return JSON.stringify(path, (_, part) => (typeof part === 'bigint' ? String(part) : part));
}

function byPath(a: AnnotationReference, b: AnnotationReference): number {
  const paths = compare(a.path, b.path);
  if (paths !== 0) return paths;
  const left = (a.annotations ?? a).location;
  const right = (b.annotations ?? b).location;
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return left.start - right.start;
}
