import type { BuiltinDeclaration } from '../../builtins/builtin.ts';
import type {
  CallLiteral,
  ComprehensionTerm,
  LoweredExpression,
  LoweredRule,
  LoweredTerm,
} from '../intermediate.ts';
import type { Key } from '../keys.ts';
import type { Problems } from '../problems.ts';
import type { RuleGraph } from '../recursion.ts';
import type { PlacedRule } from '../rule-tree.ts';
import { termVariables } from '../variables.ts';
import { referenceProblem } from './check-reference.ts';
import { builtinType } from './declared-type.ts';
import { Environment, TypeNode } from './environment.ts';
import { typeListText, typeText } from './text.ts';
import { anything, arrayType, type FunctionType, objectType, type Type, unifies } from './type.ts';
import { unifyTerm, unifyTerms } from './unify.ts';

type Builtins = ReadonlyMap<string, BuiltinDeclaration>;

/** Checks that calls, references and equations can have the types they need. Keeps what it learned of the rules, for queries. */
export class TypeCheck {
  readonly #builtins: Builtins;
  readonly #problems: Problems;
  readonly #data: TypeNode;
  readonly #comprehensions = new Map<LoweredTerm, Type | undefined>();
  #found = 0;

  constructor(builtins: Builtins, problems: Problems, data = new TypeNode()) {
    this.#builtins = builtins;
    this.#problems = problems;
    this.#data = data;
  }

  /** The types of all rules. */
  get data(): TypeNode {
    return this.#data;
  }

  /** Checks all rules, those that others depend on first. */
  rules(graph: RuleGraph, rules: ReadonlyMap<PlacedRule, LoweredRule>): void {
    const done = new Set<PlacedRule>();
    for (const start of rules.keys()) {
      const trail: { rule: PlacedRule; next: Iterator<PlacedRule> }[] = [];
      const enter = (rule: PlacedRule) => {
        done.add(rule);
        trail.push({ rule, next: graph.dependenciesOf(rule)[Symbol.iterator]() });
      };
      if (!done.has(start)) enter(start);
      for (let at = trail.at(-1); at; at = trail.at(-1)) {
        const { value, done: isLast } = at.next.next();
        if (!isLast) {
          if (!done.has(value)) enter(value);
          continue;
        }
        trail.pop();
        let branch: LoweredRule | undefined = rules.get(at.rule);
        for (; branch; branch = branch.else) this.#rule(at.rule.prefix, branch);
      }
    }
  }

  /** Checks a body on its own. */
  body(body: readonly LoweredExpression[]): void {
    this.#body(body, this.#environment());
  }

  #environment(): Environment {
    return new Environment(this.#data, (term, env) => this.#comprehension(term as ComprehensionTerm, env));
  }

  #rule(prefix: readonly Key[], rule: LoweredRule): void {
    const env = this.#environment().inner();
    const before = this.#found;
    this.#body(rule.body, env);
    if (this.#found > before) {
      this.#data.insert(prefix, anything);
      return;
    }
    const type = headType(rule, env);
    if (type) this.#data.insert(prefix, type);
  }

  #body(body: readonly LoweredExpression[], env: Environment): void {
    for (const expression of body) this.#expression(expression, env);
  }

  #expression(expression: LoweredExpression, env: Environment): void {
    const before = this.#found;
    const { what } = expression;
    for (const replacement of expression.with) this.#inside(replacement.value, env);
    if (what.kind === 'every') {
      this.#inside(what.domain, env);
      return;
    }
    for (const term of what.kind === 'term' ? [what.term] : what.args) this.#inside(term, env);
    if (what.kind === 'term') return;
    const problem = this.#call(what, env);
    if (problem && !(this.#found > before && problem.unknown)) this.#problem(expression, problem.message);
  }

  /** Checks the closures and references in a term. */
  #inside(term: LoweredTerm, env: Environment): void {
    switch (term.kind) {
      case 'comprehension':
        this.#comprehension(term, env);
        return;
      case 'reference': {
        for (const part of term.path) this.#inside(part, env);
        const problem = referenceProblem(env, term);
        if (problem !== undefined) this.#problem(term, problem);
        return;
      }
      case 'array':
      case 'set':
        for (const item of term.items) this.#inside(item, env);
        return;
      case 'object':
        for (const [key, value] of term.entries) {
          this.#inside(key, env);
          this.#inside(value, env);
        }
    }
  }

  #comprehension(term: ComprehensionTerm, env: Environment): Type | undefined {
    if (this.#comprehensions.has(term)) return this.#comprehensions.get(term);
    const before = this.#found;
    const inner = env.inner();
    this.#body(term.body, inner);
    let type: Type | undefined;
    if (this.#found === before) {
      const value = inner.typeOf(term.value);
      if (term.collects === 'array') type = arrayType([], value);
      else if (term.collects === 'set') type = { kind: 'set', of: value };
      else type = objectType(undefined, { key: term.key && inner.typeOf(term.key), value });
    }
    this.#comprehensions.set(term, type);
    return type;
  }

  #call(call: CallLiteral, env: Environment): { message: string; unknown: boolean } | undefined {
    const name = call.operator.join('.');
    const types = call.args.map((arg) => env.typeOf(arg));
    if (name === 'eq' && call.args.length === 2) {
      const [a, b] = call.args as [LoweredTerm, LoweredTerm];
      if (unifyTerms(env, a, types[0], b, types[1])) return undefined;
      return {
        message: `match error\n\tleft  : ${typeText(types[0])}\n\tright : ${typeText(types[1])}`,
        unknown: types.some((type) => !type),
      };
    }
    if (name === 'internal.print') return undefined;
    const type = this.#functionType(call.operator);
    if (!type) return undefined;
    const wanted = type.result ? [...type.args, type.result] : type.args;
    for (const [index, arg] of call.args.entries()) {
      if (unifyTerm(env, arg, index < wanted.length ? wanted[index] : type.variadic, false)) continue;
      const have = call.args.map((one) => env.typeOf(one));
      return {
        message: `${name}: invalid argument(s)\n\thave: ${typeListText(have)}\n\twant: ${typeListText(wanted, type.variadic)}`,
        unknown: have.some((one) => !one),
      };
    }
    return undefined;
  }

  #functionType(operator: readonly string[]): FunctionType | undefined {
    if (operator.length === 1) {
      const builtin = this.#builtins.get(operator[0] as string);
      return builtin && builtinType(builtin);
    }
    let node: TypeNode | undefined = this.#data;
    for (const part of operator.slice(1)) node = node?.children.get(part);
    const type = node?.type;
    if (type?.kind === 'function') return type;
    // A rule without arguments, called.
    return undefined;
  }

  #problem(place: Pick<LoweredExpression, 'location'>, message: string): void {
    this.#found += 1;
    this.#problems.add('types', place.location, 'rego_type_error', message);
  }
}

function headType(rule: LoweredRule, env: Environment): Type | undefined {
  if (rule.args && rule.args.length > 0) {
    const names = new Set<string>();
    for (const arg of rule.args) termVariables(arg, names);
    for (const name of names) if (!env.local(name)) env.put(name, anything);
    return {
      kind: 'function',
      args: rule.args.map((arg) => env.typeOf(arg)),
      variadic: undefined,
      result: env.typeOf(rule.value),
    };
  }
  let type: Type | undefined;
  if (rule.key) {
    const of = env.typeOf(rule.key);
    type = of && { kind: 'set', of };
  } else type = env.typeOf(rule.value);
  for (const part of [...rule.path].reverse()) {
    const key = env.typeOf(part);
    if (!type || !key) return undefined;
    type = objectType(undefined, { key, value: type });
  }
  return type;
}

export { unifies };
