import type { BuiltinDeclaration } from '../builtins/builtin.ts';
import type { Body, CallTerm, Every, Expression, Location, SomeIn, Term, With } from '../syntax/ast.ts';
import { declaredIn, declaredNames, patternNames } from './declared-names.ts';
import {
  type CallLiteral,
  constant,
  isWildcard,
  type LoweredExpression,
  type LoweredTerm,
  local,
  type Replacement,
} from './intermediate.ts';
import { captured, equation, lowerTerm, templateParts, valuesOf } from './lower-term.ts';
import type { Names } from './names.ts';
import type { Problems } from './problems.ts';
import type { RuleTree } from './rule-tree.ts';
import { Scopes } from './scopes.ts';
import { lowerReplacements } from './with.ts';

/** What lowering needs to know of the whole policy. */
export interface Surroundings {
  problems: Problems;
  builtins: ReadonlyMap<string, BuiltinDeclaration>;
  tree: RuleTree;
  strict: boolean;
  /** The source text of a place, for messages. */
  textAt(location: Location): string;
}

/** What `rego.metadata.chain()` and `rego.metadata.rule()` are in the rule being lowered. */
export interface RuleMetadata {
  chain(): LoweredTerm;
  rule(): LoweredTerm;
}

/** Lowers bodies: resolves names, renames locals and pulls nested calls out. One per rule. */
export class BodyLowering {
  readonly around: Surroundings;
  readonly names: Names;
  readonly #metadata: RuleMetadata | undefined;
  scopes = new Scopes();

  constructor(around: Surroundings, names: Names, metadata?: RuleMetadata) {
    this.around = around;
    this.names = names;
    this.#metadata = metadata;
  }

  /** The literals of a body, in the scope that is open. */
  literals(body: Body): LoweredExpression[] {
    const lowered: LoweredExpression[] = [];
    for (const expression of body) this.#literal(expression, lowered);
    return lowered;
  }

  #literal(expression: Expression, into: LoweredExpression[]): void {
    const { what, location } = expression;
    const replacements = this.replacements(expression.with, into);
    const support: LoweredExpression[] = [];
    const lowered = this.#what(expression, support);
    for (const extra of support) {
      extra.with = replacements;
      into.push(extra);
    }
    if (what.kind === 'some') return;
    into.push({
      what: lowered as LoweredExpression['what'],
      negated: expression.negated,
      with: replacements,
      generated: false,
      location,
    });
  }

  #what(expression: Expression, support: LoweredExpression[]): LoweredExpression['what'] | undefined {
    const { what } = expression;
    switch (what.kind) {
      case 'some':
        for (const variable of what.names) this.#declare(variable.name, 'declared', what.location);
        return undefined;
      case 'some-in':
        return this.#someIn(what, support);
      case 'every':
        return this.#every(what, support);
      case 'call':
        return this.#call(expression, what, support);
      case 'template':
        return {
          kind: 'call',
          operator: ['internal.template_string'],
          args: [templateParts(this, what)],
        };
      default:
        return { kind: 'term', term: lowerTerm(this, what, support) };
    }
  }

  #call(expression: Expression, call: CallTerm, support: LoweredExpression[]): LoweredExpression['what'] {
    if (call.operator.length === 1 && call.operator[0] === 'assign' && call.args.length === 2)
      return this.#assignment(expression, call, support);
    const operator = this.operator(call);
    const metadata = this.metadataCall(call);
    if (metadata) {
      const [output] = call.args;
      if (!output) return { kind: 'term', term: metadata };
      return { kind: 'call', operator: ['eq'], args: [lowerTerm(this, output, support), metadata] };
    }
    if (operator[0] === 'print' && this.around.builtins.has('print')) {
      const items = call.args.map((arg) => valuesOf(this, arg));
      const operands: LoweredTerm =
        items.length > 0 ? { kind: 'array', items, location: call.location } : constant([], call.location);
      return { kind: 'call', operator: ['internal.print'], args: [operands] };
    }
    return { kind: 'call', operator, args: call.args.map((arg) => lowerTerm(this, arg, support)) };
  }

  #assignment(expression: Expression, call: CallTerm, support: LoweredExpression[]): CallLiteral {
    const [left, right] = call.args as [Term, Term];
    if (expression.negated) this.problem(expression.location, 'cannot assign vars inside negated expression');
    const after: LoweredExpression[] = [];
    const value = lowerTerm(this, right, after);
    const target = this.#assignee(left, support);
    support.push(...after);
    return { kind: 'call', operator: ['eq'], args: [target, value] };
  }

  /** The left side of `:=`: declares its variables. */
  #assignee(term: Term, support: LoweredExpression[]): LoweredTerm {
    switch (term.kind) {
      case 'var':
        return local(
          isWildcard(term.name) ? term.name : this.#declare(term.name, 'assigned', term.location),
          term.location,
        );
      case 'array':
        return {
          kind: 'array',
          items: term.items.map((item) => this.#assignee(item, support)),
          location: term.location,
        };
      case 'object':
        return {
          kind: 'object',
          entries: term.entries.map(([key, value]) => [
            lowerTerm(this, key, support),
            this.#assignee(value, support),
          ]),
          location: term.location,
        };
      case 'ref':
        if (term.path.length === 0) return this.#assignee(term.head, support);
    }
    this.problem(term.location, `cannot assign to ${kindName(term)}`);
    return constant(null, term.location);
  }

  #someIn(some: SomeIn, support: LoweredExpression[]): CallLiteral {
    const domain = lowerTerm(this, some.domain, support);
    const declared = new Set<string>();
    if (some.key) patternNames(some.key, declared);
    patternNames(some.value, declared);
    for (const name of [...declared].sort())
      if (!isWildcard(name)) this.#declare(name, 'declared', some.location);
    const key = some.key ? lowerTerm(this, some.key, support) : local(this.scopes.generate(), some.location);
    const value = lowerTerm(this, some.value, support);
    return { kind: 'call', operator: ['eq'], args: [value, this.indexed(domain, key, support)] };
  }

  /** `domain[key]`. */
  indexed(domain: LoweredTerm, key: LoweredTerm, support: LoweredExpression[]): LoweredTerm {
    const { location } = domain;
    if (domain.kind === 'reference') return { ...domain, path: [...domain.path, key] };
    if (domain.kind === 'local')
      return { kind: 'reference', root: 'local', name: domain.name, path: [key], location };
    const subject = local(this.scopes.generate(), location);
    support.push(equation(subject, domain, location));
    return { kind: 'reference', root: 'local', name: subject.name, path: [key], location };
  }

  #every(every: Every, support: LoweredExpression[]): LoweredExpression['what'] {
    const domain = captured(this.scopes, lowerTerm(this, every.domain, support), support);
    const own = declaredNames(every.body);
    if (every.key) own.add(every.key.name);
    own.add(every.value.name);
    this.scopes.push(own);
    const declare = (name: string): string =>
      isWildcard(name) ? name : this.#declare(name, 'declared', every.location);
    const key = every.key ? declare(every.key.name) : undefined;
    const value = declare(every.value.name);
    const body = this.literals(every.body);
    this.checkUnused(every.body, this.scopes.pop(), every.location);
    return { kind: 'every', ...(key !== undefined && { key }), value, domain, body };
  }

  /** The operator of a call: a builtin's name, or the absolute path of a function. */
  operator(call: CallTerm): string[] {
    const [head = '', ...rest] = call.operator;
    if (this.scopes.declared(head) && !(call.infix !== undefined)) {
      this.problem(call.location, `called function ${call.operator.join('.')} shadowed`);
      return call.operator;
    }
    const global = this.scopes.hides(head) ? undefined : this.names.resolve(head);
    if (global && call.infix === undefined) return [...global, ...rest];
    return [call.operator.join('.')];
  }

  metadataCall(call: CallTerm): LoweredTerm | undefined {
    const name = call.operator.join('.');
    if (name !== 'rego.metadata.chain' && name !== 'rego.metadata.rule') return undefined;
    if (!this.#metadata || !this.around.builtins.has(name)) return undefined;
    return name === 'rego.metadata.chain' ? this.#metadata.chain() : this.#metadata.rule();
  }

  replacements(list: readonly With[], into: LoweredExpression[]): Replacement[] {
    return list.length === 0 ? [] : lowerReplacements(this, list, into);
  }

  problem(location: Location, message: string): void {
    this.around.problems.add('locals', location, 'rego_compile_error', message);
  }

  checkNotVoid(operator: readonly string[], call: CallTerm): void {
    if (operator.length === 1 && operator[0] === 'print' && this.around.builtins.has('print'))
      this.around.problems.add(
        'void-calls',
        call.location,
        'rego_type_error',
        `${this.around.textAt(call.location)} used as value`,
      );
  }

  checkNoRelation(term: Term): void {
    if (term.kind !== 'call') return;
    const name = term.operator.join('.');
    if (this.around.builtins.get(name)?.relation)
      this.around.problems.add(
        'templates',
        term.location,
        'rego_compile_error',
        `illegal call to relation built-in '${name}' that may cause multiple outputs`,
      );
  }

  /** Complains of names that a body declares and nothing reads. */
  checkUnused(
    body: Body,
    entries: ReturnType<Scopes['pop']>,
    place?: Location,
    read?: ReadonlySet<string>,
  ): void {
    for (const [name, entry] of entries) {
      if (entry.uses > 1 || isWildcard(name) || read?.has(name)) continue;
      const declared = entry.occurrence === 'declared';
      if (!declared && !(entry.occurrence === 'assigned' && this.around.strict)) continue;
      const at = body.find((expression) => {
        const names = new Set<string>();
        declaredIn(expression, names);
        return names.has(name);
      });
      // `some x in xs` always reads what it declares; so does a variable of `every` in OPA's eyes.
      if (declared && at?.what.kind !== 'some') continue;
      this.problem(
        at?.location ?? place ?? body[0]!.location,
        `${declared ? 'declared' : 'assigned'} var ${name} unused`,
      );
    }
  }

  #declare(name: string, occurrence: 'assigned' | 'declared', location: Location): string {
    const result = this.scopes.declare(name, occurrence);
    if ('to' in result) return result.to;
    this.problem(location, result.problem);
    return name;
  }
}

function kindName(term: Term): string {
  switch (term.kind) {
    case 'scalar':
      return term.value === null ? 'null' : typeof term.value === 'object' ? 'number' : typeof term.value;
    case 'array-comprehension':
      return 'arraycomprehension';
    case 'set-comprehension':
      return 'setcomprehension';
    case 'object-comprehension':
      return 'objectcomprehension';
    case 'template':
      return 'templatestring';
    default:
      return term.kind;
  }
}
