import type { LoweredExpression, LoweredRule, LoweredTerm } from './intermediate.ts';
import type { Key } from './keys.ts';

/** What a rule refers to. Of a path `undefined` parts are known only when the rule is evaluated. */
export interface RuleReferences {
  input: (Key | undefined)[][];
  data: (Key | undefined)[][];
  builtins: Set<string>;
}

const known = new WeakMap<LoweredRule, RuleReferences>();

/** Everything that a rule with its branches refers to, closures and replacements included. Looked for once. */
export function referencesOf(rule: LoweredRule): RuleReferences {
  let references = known.get(rule);
  if (!references) {
    references = findReferences(rule);
    known.set(rule, references);
  }
  return references;
}

function findReferences(rule: LoweredRule): RuleReferences {
  const found: RuleReferences = { input: [], data: [], builtins: new Set() };
  for (let branch: LoweredRule | undefined = rule; branch; branch = branch.else) {
    for (const arg of branch.args ?? []) inTerm(arg, found);
    for (const part of branch.path) inTerm(part, found);
    if (branch.key) inTerm(branch.key, found);
    inTerm(branch.value, found);
    for (const expression of branch.body) inExpression(expression, found);
  }
  return found;
}

/** What a body refers to. */
export function referencesOfBody(body: readonly LoweredExpression[]): RuleReferences {
  const found: RuleReferences = { input: [], data: [], builtins: new Set() };
  for (const expression of body) inExpression(expression, found);
  return found;
}

function inExpression(expression: LoweredExpression, found: RuleReferences): void {
  const { what } = expression;
  switch (what.kind) {
    case 'term':
      inTerm(what.term, found);
      break;
    case 'call':
      if (what.operator.length > 1) found.data.push(what.operator.slice(1));
      else found.builtins.add(what.operator[0] as string);
      for (const arg of what.args) inTerm(arg, found);
      break;
    case 'every':
      inTerm(what.domain, found);
      for (const inner of what.body) inExpression(inner, found);
  }
  for (const replacement of expression.with) {
    inTerm(replacement.value, found);
    const stand = replacement.function;
    if (stand?.kind === 'data') found.data.push(stand.path.slice(1));
    else if (stand) found.builtins.add(stand.path[0] as string);
  }
}

function inTerm(term: LoweredTerm, found: RuleReferences): void {
  switch (term.kind) {
    case 'reference':
      if (term.root !== 'local') found[term.root].push(term.path.map(keyOf));
      for (const part of term.path) inTerm(part, found);
      return;
    case 'array':
    case 'set':
      for (const item of term.items) inTerm(item, found);
      return;
    case 'object':
      for (const [key, value] of term.entries) {
        inTerm(key, found);
        inTerm(value, found);
      }
      return;
    case 'comprehension':
      if (term.key) inTerm(term.key, found);
      inTerm(term.value, found);
      for (const expression of term.body) inExpression(expression, found);
  }
}

function keyOf(part: LoweredTerm): Key | undefined {
  if (part.kind !== 'constant') return undefined;
  const { value } = part;
  return typeof value === 'object' && value !== null ? undefined : value;
}
