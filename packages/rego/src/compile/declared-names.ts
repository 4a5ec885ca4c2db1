import type { Body, Expression, Term } from '../syntax/ast.ts';

/** The names that a body's own literals declare by `:=` and `some`, those of nested closures left out. */
export function declaredNames(body: Body): Set<string> {
  const names = new Set<string>();
  for (const expression of body) declaredIn(expression, names);
  return names;
}

/** Adds the names that one literal declares. */
export function declaredIn(expression: Expression, names: Set<string>): void {
  const { what } = expression;
  switch (what.kind) {
    case 'some':
      for (const variable of what.names) names.add(variable.name);
      return;
    case 'some-in':
      if (what.key) patternNames(what.key, names);
      patternNames(what.value, names);
      return;
    case 'call':
      if (what.operator.length === 1 && what.operator[0] === 'assign' && what.args[0])
        patternNames(what.args[0], names);
  }
}

/** The variables of a pattern: those of arrays and of objects' values. */
export function patternNames(pattern: Term, names: Set<string>): void {
  switch (pattern.kind) {
    case 'var':
      names.add(pattern.name);
      return;
    case 'array':
      for (const item of pattern.items) patternNames(item, names);
      return;
    case 'object':
      for (const [, value] of pattern.entries) patternNames(value, names);
      return;
    case 'ref':
      if (pattern.path.length === 0) patternNames(pattern.head, names);
  }
}
