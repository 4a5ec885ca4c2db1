import type { Location, TemplateTerm, Term } from '../syntax/ast.ts';
import { RegoObject } from '../values/rego-object.ts';
import { RegoSet } from '../values/rego-set.ts';
import type { Value } from '../values/value.ts';
import { declaredNames } from './declared-names.ts';
import {
  type ComprehensionTerm,
  constant,
  isWildcard,
  type LoweredExpression,
  type LoweredTerm,
  local,
  type ReferenceTerm,
} from './intermediate.ts';
import type { BodyLowering } from './lower-body.ts';
import type { Scopes } from './scopes.ts';

/** `=` of two terms, as the compiler makes it. */
export function equation(left: LoweredTerm, right: LoweredTerm, location: Location): LoweredExpression {
  return {
    what: { kind: 'call', operator: ['eq'], args: [left, right] },
    negated: false,
    with: [],
    generated: true,
    location,
  };
}

/** Lowers a term; what must be evaluated before it (nested calls, composites that are indexed) is appended to `support`. */
export function lowerTerm(lowering: BodyLowering, term: Term, support: LoweredExpression[]): LoweredTerm {
  switch (term.kind) {
    case 'scalar':
      return constant(term.value, term.location);
    case 'var':
      return lowerVariable(lowering, term.name, term.location);
    case 'array':
    case 'set': {
      const items = term.items.map((item) => lowerTerm(lowering, item, support));
      if (items.every((item) => item.kind === 'constant')) {
        const values = items.map((item) => item.value);
        return constant(term.kind === 'array' ? values : RegoSet.of(values), term.location);
      }
      return { kind: term.kind, items, location: term.location };
    }
    case 'object': {
      const entries = term.entries.map(([key, value]): [LoweredTerm, LoweredTerm] => [
        lowerTerm(lowering, key, support),
        lowerTerm(lowering, value, support),
      ]);
      const pairs: [Value, Value][] = [];
      for (const [key, value] of entries)
        if (key.kind === 'constant' && value.kind === 'constant') pairs.push([key.value, value.value]);
      if (pairs.length === entries.length) return constant(RegoObject.of(pairs), term.location);
      return { kind: 'object', entries, location: term.location };
    }
    case 'ref':
      return lowerReference(lowering, term.head, term.path, term.location, support);
    case 'call': {
      const known = lowering.metadataCall(term);
      if (known) return known;
      const args = term.args.map((arg) => lowerTerm(lowering, arg, support));
      const output = local(lowering.scopes.generate(), term.location);
      const operator = lowering.operator(term);
      lowering.checkNotVoid(operator, term);
      support.push({
        what: { kind: 'call', operator, args: [...args, output] },
        negated: false,
        with: [],
        generated: true,
        location: term.location,
      });
      return output;
    }
    case 'template': {
      const output = local(lowering.scopes.generate(), term.location);
      support.push({
        what: {
          kind: 'call',
          operator: ['internal.template_string'],
          args: [templateParts(lowering, term), output],
        },
        negated: false,
        with: [],
        generated: true,
        location: term.location,
      });
      return output;
    }
    case 'array-comprehension':
    case 'set-comprehension':
    case 'object-comprehension':
      return lowerComprehension(lowering, term);
  }
}

/** A name: a local, or the absolute reference of a rule, an import or a root document. */
export function lowerVariable(lowering: BodyLowering, name: string, location: Location): LoweredTerm {
  if (isWildcard(name)) return local(name, location);
  if (!lowering.scopes.hides(name)) {
    const global = lowering.names.resolve(name);
    if (global) return rooted(global, location);
  }
  return local(lowering.scopes.use(name), location);
}

/** The reference that an absolute path means. */
export function rooted(path: readonly string[], location: Location): ReferenceTerm {
  const root = path[0] === 'input' ? 'input' : 'data';
  return {
    kind: 'reference',
    root,
    name: root,
    path: path.slice(1).map((part) => constant(part, location)),
    location,
  };
}

function lowerReference(
  lowering: BodyLowering,
  head: Term,
  path: readonly Term[],
  location: Location,
  support: LoweredExpression[],
): LoweredTerm {
  const base = lowerTerm(lowering, head, support);
  const parts = path.map((part) => lowerTerm(lowering, part, support));
  if (base.kind === 'reference') return { ...base, path: [...base.path, ...parts], location };
  if (parts.length === 0) return base;
  if (base.kind === 'local')
    return { kind: 'reference', root: 'local', name: base.name, path: parts, location };
  const subject = local(lowering.scopes.generate(), head.location);
  support.push(equation(subject, base, head.location));
  return { kind: 'reference', root: 'local', name: subject.name, path: parts, location };
}

function lowerComprehension(
  lowering: BodyLowering,
  term: Extract<Term, { body: unknown }>,
): ComprehensionTerm {
  const { scopes } = lowering;
  scopes.push(declaredNames(term.body));
  const body = lowering.literals(term.body);
  const result = (part: Term): LoweredTerm => {
    const lowered = lowerTerm(lowering, part, body);
    return needsEvaluation(lowered) ? captured(scopes, lowered, body) : lowered;
  };
  const key = term.kind === 'object-comprehension' ? result(term.key) : undefined;
  const value = result(term.kind === 'object-comprehension' ? term.value : term.term);
  lowering.checkUnused(term.body, scopes.pop());
  const collects = term.kind.slice(0, term.kind.indexOf('-')) as 'array' | 'set' | 'object';
  return { kind: 'comprehension', collects, ...(key && { key }), value, body, location: term.location };
}

/** Whether a term holds a reference or a comprehension, so that it must be bound to a local before it can stand in a head. */
export function needsEvaluation(term: LoweredTerm): boolean {
  switch (term.kind) {
    case 'reference':
    case 'comprehension':
      return true;
    case 'array':
    case 'set':
      return term.items.some(needsEvaluation);
    case 'object':
      return term.entries.some(([key, value]) => needsEvaluation(key) || needsEvaluation(value));
    default:
      return false;
  }
}

/** Binds a term to a fresh local at the end of a body. */
export function captured(scopes: Scopes, term: LoweredTerm, body: LoweredExpression[]): LoweredTerm {
  const name = local(scopes.generate(), term.location);
  body.push(equation(name, term, term.location));
  return name;
}

/**
 * A comprehension of the values a term can have, which is how an undefined operand of `print` and of a template stays a value.
 */
export function valuesOf(lowering: BodyLowering, term: Term): ComprehensionTerm {
  const body: LoweredExpression[] = [];
  lowering.scopes.push(new Set());
  const name = local(lowering.scopes.generate(), term.location);
  const lowered = lowerTerm(lowering, term, body);
  body.push(equation(name, lowered, term.location));
  lowering.scopes.pop();
  return {
    kind: 'comprehension',
    collects: 'set',
    value: name,
    body,
    operand: true,
    location: term.location,
  };
}

/** The one operand of `internal.template_string`: texts as they are, expressions as sets of their values. */
export function templateParts(lowering: BodyLowering, term: TemplateTerm): LoweredTerm {
  const items = term.parts.map((part): LoweredTerm => {
    if (typeof part === 'string') return constant(part, term.location);
    const { what } = part;
    if (what.kind === 'some' || what.kind === 'some-in' || what.kind === 'every')
      return constant('', term.location);
    if (what.kind === 'scalar') return constant(what.value, what.location);
    lowering.checkNoRelation(what);
    const values = valuesOf(lowering, what);
    if (part.with.length > 0) {
      const before: LoweredExpression[] = [];
      const replacements = lowering.replacements(part.with, before);
      for (const expression of values.body) expression.with = replacements;
      values.body.unshift(...before);
    }
    return values;
  });
  if (items.every((item) => item.kind === 'constant'))
    return constant(
      items.map((item) => item.value),
      term.location,
    );
  return { kind: 'array', items, location: term.location };
}
