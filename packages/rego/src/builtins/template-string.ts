import { RegoSet } from '../values/rego-set.ts';
import { termText } from '../values/term-text.ts';
import type { Value } from '../values/value.ts';
import type { Builtin } from './builtin.ts';
import { arrayOperand, fault } from './operands.ts';
import { any, arrayOf, string } from './types.ts';

/** What the compiler makes of `$"..."`: texts, and for each expression the set of its values. */
export const templateBuiltins: readonly Builtin[] = [
  {
    name: 'internal.template_string',
    description: 'Puts the parts of a template string together; an undefined part reads `<undefined>`.',
    args: [arrayOf(any)],
    result: string,
    call([a]) {
      return arrayOperand(a, 1).map(partText).join('');
    },
  },
];

function partText(part: Value): string {
  if (!(part instanceof RegoSet)) return plainText(part);
  const values = part.values();
  if (values.length === 0) return '<undefined>';
  if (values.length > 1) throw fault('template-strings must not produce multiple outputs');
  return plainText(values[0] as Value);
}

/** A string as it is, anything else as a term. */
export function plainText(value: Value): string {
  return typeof value === 'string' ? value : termText(value);
}
