import type { Body, Expression, Rule, Term } from '../syntax/ast.ts';

/** Every literal of a rule, also those inside comprehensions, `every` and template strings, and those of its `else` branches. */
export function* literalsOf(rule: Rule): Generator<Expression> {
  for (let branch: Rule | undefined = rule; branch; branch = branch.else) {
    const { reference, args, key, value } = branch.head;
    for (const term of [...reference.path, ...(args ?? []), key, value]) if (term) yield* inTerm(term);
    yield* inBody(branch.body);
  }
}

/** A rule and its `else` branches. */
export function* branchesOf(rule: Rule): Generator<Rule> {
  for (let branch: Rule | undefined = rule; branch; branch = branch.else) yield branch;
}

function* inBody(body: Body): Generator<Expression> {
  for (const literal of body) {
    yield literal;
    yield* inLiteral(literal);
  }
}

function* inLiteral({ what, with: modifiers }: Expression): Generator<Expression> {
  for (const { value } of modifiers) yield* inTerm(value);
  switch (what.kind) {
    case 'some':
      return;
    case 'some-in':
      yield* inTerm(what.domain);
      return;
    case 'every':
      yield* inTerm(what.domain);
      yield* inBody(what.body);
      return;
    default:
      yield* inTerm(what);
  }
}

function* inTerm(term: Term): Generator<Expression> {
  switch (term.kind) {
    case 'ref':
      yield* inTerm(term.head);
      for (const part of term.path) yield* inTerm(part);
      return;
    case 'array':
    case 'set':
      for (const item of term.items) yield* inTerm(item);
      return;
    case 'object':
      for (const [key, value] of term.entries) {
        yield* inTerm(key);
        yield* inTerm(value);
      }
      return;
    case 'call':
      for (const arg of term.args) yield* inTerm(arg);
      return;
    case 'array-comprehension':
    case 'set-comprehension':
      yield* inTerm(term.term);
      yield* inBody(term.body);
      return;
    case 'object-comprehension':
      yield* inTerm(term.key);
      yield* inTerm(term.value);
      yield* inBody(term.body);
      return;
    case 'template':
      for (const part of term.parts) if (typeof part !== 'string') yield* inLiteral(part);
  }
}
