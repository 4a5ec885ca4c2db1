import type { ScalarTerm, Term } from '../syntax/ast.ts';

/** A constant part of a path. */
export type Key = null | boolean | string | number | bigint;

/** Whether a term is a constant that can be a part of a path in the tree of rules. */
export function isGroundKey(term: Term): term is ScalarTerm & { value: Key } {
  return term.kind === 'scalar' && (typeof term.value !== 'object' || term.value === null);
}
