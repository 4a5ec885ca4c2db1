import type { ComprehensionTerm, LoweredExpression, LoweredTerm } from './intermediate.ts';

/** Adds the variables of a term, those inside closures left out unless asked for. */
export function termVariables(term: LoweredTerm, into: Set<string>, closures = false): void {
  switch (term.kind) {
    case 'constant':
      return;
    case 'local':
      into.add(term.name);
      return;
    case 'reference':
      if (term.root === 'local') into.add(term.name);
      for (const part of term.path) termVariables(part, into, closures);
      return;
    case 'array':
    case 'set':
      for (const item of term.items) termVariables(item, into, closures);
      return;
    case 'object':
      for (const [key, value] of term.entries) {
        termVariables(key, into, closures);
        termVariables(value, into, closures);
      }
      return;
    case 'comprehension':
      if (closures) comprehensionVariables(term, into);
  }
}

/** Every variable that occurs in a comprehension, nested closures included. */
export function comprehensionVariables(term: ComprehensionTerm, into: Set<string>): void {
  if (term.key) termVariables(term.key, into, true);
  termVariables(term.value, into, true);
  for (const expression of term.body) expressionVariables(expression, into, true);
}

/** Adds the variables of a literal. Of `every` only the domain counts, unless closures do. */
export function expressionVariables(
  expression: LoweredExpression,
  into: Set<string>,
  closures = false,
): void {
  const { what } = expression;
  switch (what.kind) {
    case 'term':
      termVariables(what.term, into, closures);
      break;
    case 'call':
      for (const arg of what.args) termVariables(arg, into, closures);
      break;
    case 'every':
      termVariables(what.domain, into, closures);
      if (closures) {
        if (what.key !== undefined) into.add(what.key);
        into.add(what.value);
        for (const inner of what.body) expressionVariables(inner, into, true);
      }
  }
  for (const replacement of expression.with) termVariables(replacement.value, into, closures);
}

const none: readonly ComprehensionTerm[] = [];

/** The closures that stand directly in a literal. */
export function closuresOf(expression: LoweredExpression): readonly ComprehensionTerm[] {
  let found = none;
  const { what } = expression;
  if (what.kind === 'term') found = closuresIn(what.term, found);
  else if (what.kind === 'call') for (const arg of what.args) found = closuresIn(arg, found);
  else found = closuresIn(what.domain, found);
  for (const replacement of expression.with) found = closuresIn(replacement.value, found);
  return found;
}

/** With those of a term added. Most literals have none, and get no list of their own. */
function closuresIn(term: LoweredTerm, before: readonly ComprehensionTerm[]): readonly ComprehensionTerm[] {
  let found = before;
  switch (term.kind) {
    case 'comprehension':
      return [...found, term];
    case 'reference':
      for (const part of term.path) found = closuresIn(part, found);
      return found;
    case 'array':
    case 'set':
      for (const item of term.items) found = closuresIn(item, found);
      return found;
    case 'object':
      for (const [key, value] of term.entries) found = closuresIn(value, closuresIn(key, found));
      return found;
    default:
      return found;
  }
}
