import type { Term } from '../syntax/ast.ts';
import { parseTerm } from '../syntax/parse.ts';
import { RegoObject } from '../values/rego-object.ts';
import { RegoSet } from '../values/rego-set.ts';
import type { Value } from '../values/value.ts';
import { evaluationError } from './evaluation.ts';

/**
 * The value of a ground term's text: `{"a": {1, 2}}`.
 * @throws RegoError when it is no term, or holds variables, references or calls
 */
export function termValue(text: string): Value {
  return groundValue(parseTerm(text));
}

function groundValue(term: Term): Value {
  switch (term.kind) {
    case 'scalar':
      return term.value;
    case 'array':
      return term.items.map(groundValue);
    case 'set':
      return RegoSet.of(term.items.map(groundValue));
    case 'object':
      return RegoObject.of(term.entries.map(([key, value]) => [groundValue(key), groundValue(value)]));
    default:
      throw evaluationError(term.location, 'rego_parse_error', 'the term must be ground');
  }
}
