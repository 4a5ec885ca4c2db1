import { type AnnotationReference, AnnotationSet, annotationsOf } from '../annotations/annotation-set.ts';
import type { HostBuiltin } from '../builtins/host-builtin.ts';
import { builtinsFor, type Capabilities, type RegisteredBuiltin } from '../builtins/registry.ts';
import { problemAt, RegoError, type RegoProblem } from '../error.ts';
import type { Location, Module } from '../syntax/ast.ts';
import { parseModule } from '../syntax/parse.ts';
import { fromJs } from '../values/json.ts';
import { arityOf, CallCheck } from './calls.ts';
import { checkConflicts } from './conflicts.ts';
import { constant, type LoweredRule } from './intermediate.ts';
import type { RuleMetadata, Surroundings } from './lower-body.ts';
import { lowerRule } from './lower-rule.ts';
import { checkImports, checkOverrides, checkUnusedImports } from './module-checks.ts';
import { Names, ruleNamesByPackage } from './names.ts';
import type { Arity } from './outputs.ts';
import { Problems } from './problems.ts';
import { checkRecursion, RuleGraph } from './recursion.ts';
import { type PlacedRule, pathText, RuleTree } from './rule-tree.ts';
import { orderRule } from './safety.ts';
import { TypeCheck } from './types/check-types.ts';
import type { TypeNode } from './types/environment.ts';

export interface CompileSettings {
  capabilities?: Capabilities | undefined;
  builtins?: readonly HostBuiltin[] | undefined;
  /** Read modules in version 0 of the language. */
  v0?: boolean | undefined;
  /** OPA's strict mode: unused locals, arguments and imports and more are errors. */
  strict?: boolean | undefined;
}

/** A set of modules after every check, ready to be evaluated. */
export interface CompiledPolicy {
  modules: readonly Module[];
  tree: RuleTree;
  rules: ReadonlyMap<PlacedRule, LoweredRule>;
  builtins: ReadonlyMap<string, RegisteredBuiltin>;
  arity: Arity;
  /** The types of the rules. */
  types: TypeNode;
  settings: CompileSettings;
  /** The names that a query in a package sees. */
  namesIn(packagePath: readonly string[]): Iterable<string>;
  annotations(): AnnotationReference[];
}

/** Reads the modules; the problems of all that cannot be read are thrown together. */
export function readModules(
  sources: Readonly<Record<string, string | Module>>,
  settings: CompileSettings,
): Module[] {
  const modules: Module[] = [];
  const problems: RegoProblem[] = [];
  for (const file of Object.keys(sources).sort()) {
    const source = sources[file] as string | Module;
    if (typeof source !== 'string') {
      modules.push(source);
      continue;
    }
    try {
      const features = settings.capabilities?.features;
      modules.push(
        parseModule(source, {
          file,
          ...(settings.v0 !== undefined && { v0: settings.v0 }),
          ...(features && { features }),
        }),
      );
    } catch (error) {
      if (!(error instanceof RegoError)) throw error;
      problems.push(...error.errors);
    }
  }
  if (problems.length > 0) throw new RegoError(problems);
  return modules;
}

/**
 * Compiles modules: resolves names, orders bodies and makes every check that OPA makes.
 * @throws RegoError with all problems of the first stage that has any
 */
export function compileModules(modules: readonly Module[], settings: CompileSettings): CompiledPolicy {
  try {
    return new Compilation(modules, settings).run();
  } catch (error) {
    if (error instanceof RangeError)
      throw new RegoError([problemAt(undefined, 'rego_compile_error', 'the policy is nested too deeply')], {
        cause: error,
      });
    throw error;
  }
}

class Compilation {
  readonly #modules: readonly Module[];
  readonly #settings: CompileSettings;
  readonly #problems = new Problems();
  readonly #builtins: Map<string, RegisteredBuiltin>;
  readonly #sources = new Map<string, string>();

  constructor(modules: readonly Module[], settings: CompileSettings) {
    this.#modules = modules;
    this.#settings = settings;
    this.#builtins = builtinsFor(settings.capabilities, settings.builtins ?? []);
    for (const module of modules) this.#sources.set(module.file, module.source);
  }

  run(): CompiledPolicy {
    const problems = this.#problems;
    checkOverrides(this.#modules, problems);
    checkImports(this.#modules, problems, this.#settings.strict ?? false);
    const tree = new RuleTree(this.#modules);
    const names = ruleNamesByPackage(this.#modules);
    const rules = this.#lower(tree, names);
    problems.throwIfAny();
    checkConflicts(tree, problems, (placed) =>
      pathText(
        placed.prefix,
        placed.rest.map(({ location }) => this.#textAt(location)),
      ),
    );
    problems.throwIfAny();
    const arity = arityOf(this.#builtins, tree);
    const calls = new CallCheck(this.#builtins, arity, problems, () => this.#callable(tree));
    for (const rule of rules.values()) calls.rule(rule);
    problems.throwIfAny();
    for (const rule of rules.values())
      for (let branch: LoweredRule | undefined = rule; branch; branch = branch.else)
        orderRule(branch, arity, problems);
    problems.throwIfAny();
    const graph = new RuleGraph(tree, rules);
    checkRecursion(graph, rules.keys(), problems);
    problems.throwIfAny();
    const types = new TypeCheck(this.#builtins, problems);
    types.rules(graph, rules);
    problems.throwIfAny();
    const v0 = this.#modules.filter((module) => module.v0).map(({ file }) => file);
    calls.deprecated(rules.values(), this.#settings.strict ?? false, new Set(v0));
    problems.throwIfAny();
    return {
      types: types.data,
      modules: this.#modules,
      tree,
      rules,
      builtins: this.#builtins,
      arity,
      settings: this.#settings,
      namesIn: (path) => names.get(JSON.stringify(path)) ?? [],
      annotations: () => annotationsOf(this.#modules),
    };
  }

  #lower(tree: RuleTree, byPackage: ReadonlyMap<string, Set<string>>): Map<PlacedRule, LoweredRule> {
    const around: Surroundings = {
      problems: this.#problems,
      builtins: this.#builtins,
      tree,
      strict: this.#settings.strict ?? false,
      textAt: (location) => this.#textAt(location),
    };
    const namesOf = new Map<Module, Names>();
    for (const module of this.#modules) {
      const own = byPackage.get(JSON.stringify(module.package.path)) ?? [];
      namesOf.set(module, new Names(module.package.path, own, module.imports));
    }
    let annotations: AnnotationSet | undefined;
    const set = (): AnnotationSet => (annotations ??= new AnnotationSet(this.#modules));
    const rules = new Map<PlacedRule, LoweredRule>();
    for (const node of tree.nodes())
      for (const placed of node.rules)
        rules.set(
          placed,
          lowerRule(around, namesOf.get(placed.module) as Names, placed, metadataOf(placed, set)),
        );
    if (this.#settings.strict) checkUnusedImports(this.#modules, namesOf, this.#problems);
    return rules;
  }

  #textAt(location: Location): string {
    return this.#sources.get(location.file)?.slice(location.start, location.end) ?? '';
  }

  *#callable(tree: RuleTree): Generator<string> {
    yield* this.#builtins.keys();
    for (const node of tree.nodes())
      if (node.rules.some(({ rule }) => rule.head.args)) yield pathText(node.path);
  }
}

function metadataOf({ rule, module }: PlacedRule, annotations: () => AnnotationSet): RuleMetadata {
  return {
    chain: () => constant(fromJs(annotations().chain(module, rule)), rule.location),
    rule: () => constant(fromJs(annotations().rule(rule)), rule.location),
  };
}
