import type { BuiltinDeclaration } from '../builtins/builtin.ts';
import { successorOf } from './foreign-words.ts';
import type { LoweredExpression, LoweredRule, LoweredTerm } from './intermediate.ts';
import { nearestName } from './nearest-name.ts';
import type { Arity } from './outputs.ts';
import type { Problems } from './problems.ts';
import { referencesOf } from './rule-references.ts';
import type { RuleTree } from './rule-tree.ts';
import { builtinType } from './types/declared-type.ts';
import { typeListText } from './types/text.ts';
import { typeOfValue } from './types/type.ts';

/** How many operands what a call names takes: a builtin, or the rules at a path. */
export function arityOf(builtins: ReadonlyMap<string, BuiltinDeclaration>, tree: RuleTree): Arity {
  return (operator) => {
    if (operator.length === 1) return builtins.get(operator[0] as string)?.args.length;
    const rules = tree.find(operator.slice(1))?.rules;
    return rules && rules.length > 0 ? (rules[0]?.rule.head.args?.length ?? 0) : undefined;
  };
}

/** Reports calls of what does not exist and calls with too few or too many operands. */
export class CallCheck {
  readonly #builtins: ReadonlyMap<string, BuiltinDeclaration>;
  readonly #arity: Arity;
  readonly #problems: Problems;
  readonly #known: () => Iterable<string>;

  constructor(
    builtins: ReadonlyMap<string, BuiltinDeclaration>,
    arity: Arity,
    problems: Problems,
    known: () => Iterable<string>,
  ) {
    this.#builtins = builtins;
    this.#arity = arity;
    this.#problems = problems;
    this.#known = known;
  }

  rule(rule: LoweredRule): void {
    for (let branch: LoweredRule | undefined = rule; branch; branch = branch.else) {
      this.body(branch.body);
      for (const part of branch.path) this.#term(part);
      if (branch.key) this.#term(branch.key);
      this.#term(branch.value);
    }
  }

  /** Reports calls of builtins that OPA gave up: errors in version 1 and in strict mode. */
  deprecated(rules: Iterable<LoweredRule>, strict: boolean, v0Files: ReadonlySet<string> = new Set()): void {
    for (const rule of rules) {
      if (!strict && v0Files.has(rule.file)) continue;
      for (const name of referencesOf(rule).builtins)
        if (this.#builtins.get(name)?.deprecated)
          this.#problems.add(
            'deprecated',
            rule.location,
            'rego_type_error',
            `deprecated built-in function calls in expression: ${name}`,
            successorOf(name),
          );
    }
  }

  body(body: readonly LoweredExpression[]): void {
    for (const expression of body) this.#expression(expression);
  }

  #expression(expression: LoweredExpression): void {
    const { what } = expression;
    for (const replacement of expression.with) this.#term(replacement.value);
    if (what.kind === 'term') this.#term(what.term);
    else if (what.kind === 'every') {
      this.#term(what.domain);
      this.body(what.body);
    } else {
      this.#call(expression, what.operator, what.args.length);
      for (const arg of what.args) this.#term(arg);
    }
  }

  #call(expression: LoweredExpression, operator: readonly string[], given: number): void {
    const name = operator.join('.');
    if (name === 'eq' || name === 'internal.print') return;
    const takes = this.#arity(operator);
    const fail = (message: string, hint?: string) =>
      this.#problems.add('functions', expression.location, 'rego_type_error', message, hint);
    if (takes === undefined) {
      const near = nearestName(name, this.#known());
      fail(`undefined function ${name}`, near === undefined ? undefined : `did you mean ${near}?`);
      return;
    }
    const isRight = expression.generated ? given === takes + 1 : given === takes || given === takes + 1;
    if (isRight) return;
    const count = expression.generated ? given - 1 : given;
    const builtin = operator.length === 1 ? this.#builtins.get(name) : undefined;
    if (builtin) {
      const have = expression.what.kind === 'call' ? expression.what.args.slice(0, count) : [];
      const { args, variadic } = builtinType(builtin);
      const given = have.map((arg) => (arg.kind === 'constant' ? typeOfValue(arg.value) : undefined));
      fail(
        `${name}: arity mismatch\n\thave: ${typeListText(given)}\n\twant: ${typeListText(args, variadic)}`,
      );
      return;
    }
    fail(`function ${name} has arity ${takes}, got ${count} argument${count === 1 ? '' : 's'}`);
  }

  #term(term: LoweredTerm): void {
    switch (term.kind) {
      case 'reference':
        for (const part of term.path) this.#term(part);
        return;
      case 'array':
      case 'set':
        for (const item of term.items) this.#term(item);
        return;
      case 'object':
        for (const [key, value] of term.entries) {
          this.#term(key);
          this.#term(value);
        }
        return;
      case 'comprehension':
        this.body(term.body);
    }
  }
}
