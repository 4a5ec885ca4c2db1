import { evaluateCel } from '../cel/evaluate.ts';
import type { WhenExpression } from '../types/params.ts';

/**
 * True when all expressions hold, after replacement. A `cel` expression has no operator, which counts as true; then
 * its value decides. Every `cel` expression is evaluated, whatever the others say, as in Tekton.
 * @throws TektonError CelFailed when a `cel` expression cannot be evaluated to true or false
 */
export function whenAllows(when: readonly WhenExpression[] | undefined): boolean {
  const values = new Map<string, boolean>();
  for (const { cel } of when ?? []) {
    if (cel && !values.has(cel)) values.set(cel, evaluateCel(cel));
  }
  return (when ?? []).every(({ input, operator, values: among, cel }) => {
    const found = (among ?? []).includes(input ?? '');
    if (operator === 'in' ? !found : found) return false;
    return cel ? values.get(cel) === true : true;
  });
}
