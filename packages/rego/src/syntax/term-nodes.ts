import type { CallTerm, Location, Term } from './ast.ts';
import { infixSigns, Token, tokenNames } from './tokens.ts';

/** What error messages call a term. */
export function kindName(term: Term): string {
  if (term.kind === 'scalar') return scalarKind(term);
  if (term.kind === 'template') return 'template-string';
  return term.kind.replace('-', '');
}

/** What error messages call a scalar or a template string. */
export function scalarKind(term: Term): string {
  if (term.kind !== 'scalar') return term.kind === 'template' ? 'template-string' : term.kind;
  const { value } = term;
  if (value === null) return 'null';
  const type = typeof value;
  return type === 'string' || type === 'boolean' ? type : 'number';
}

/** A call of an operator. */
export function infixCall(
  token: number,
  operatorLocation: Location,
  args: Term[],
  location: Location,
): CallTerm {
  const member = token === Token.In;
  const name = tokenNames[token]!;
  return {
    kind: 'call',
    operator: member ? ['internal', args.length === 3 ? 'member_3' : 'member_2'] : [name],
    operatorLocation,
    args,
    infix: member ? 'in' : infixSigns[token]!,
    location,
  };
}

/** `base.path(args)`; undefined when the name is no chain of names. `set()` is the empty set. */
export function callOf(
  base: Term,
  path: readonly Term[],
  args: Term[],
  operatorLocation: Location,
  location: Location,
): Term | undefined {
  if (base.kind !== 'var') return undefined;
  const operator = [base.name];
  for (const part of path) {
    if (part.kind !== 'scalar' || typeof part.value !== 'string') return undefined;
    operator.push(part.value);
  }
  if (operator.length === 1 && base.name === 'set' && args.length === 0) {
    return { kind: 'set', items: [], location };
  }
  return { kind: 'call', operator, operatorLocation, args, location };
}

/** The parts of `value in domain` and `key, value in domain`; undefined for other calls. */
export function memberCall(call: CallTerm): { key?: Term; value: Term; domain: Term } | undefined {
  if (call.infix !== 'in') return undefined;
  const [first, second, third] = call.args;
  if (first === undefined || second === undefined) return undefined;
  if (third === undefined) return { value: first, domain: second };
  return { key: first, value: second, domain: third };
}

/** Whether a variable was written `_`. */
export function isWildcard(name: string): boolean {
  return name.charCodeAt(0) === 36;
}
