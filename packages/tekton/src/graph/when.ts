import type { WhenExpression } from '../types/params.ts';

/**
 * True when all expressions hold, after replacement. `cel` expressions have no operator, which counts as true;
 * whoever admits `cel` evaluates it too.
 */
export function whenAllows(when: readonly WhenExpression[] | undefined): boolean {
  return (when ?? []).every((expression) => {
    const among = (expression.values ?? []).includes(expression.input ?? '');
    return expression.operator === 'in' ? among : !among;
  });
}
