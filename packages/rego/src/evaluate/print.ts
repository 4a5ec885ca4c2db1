import { plainText } from '../builtins/template-string.ts';
import { RegoSet } from '../values/rego-set.ts';
import type { Value } from '../values/value.ts';
import type { Answer } from './call.ts';

/** `print(...)`: says its operands, one line for each combination of their values. Never undefined, whatever the operands are. */
export const printing: Answer = (world, operands, location) => {
  const { print } = world.evaluation.settings;
  if (!print) return true;
  const items = Array.isArray(operands[0]) ? (operands[0] as Value[]) : [];
  const texts = items.map((item) => {
    if (!(item instanceof RegoSet)) return [plainText(item)];
    return item.size === 0 ? ['<undefined>'] : item.values().map(plainText);
  });
  for (const line of combinations(texts)) {
    world.evaluation.spend(1);
    print(line.join(' '), location);
  }
  return true;
};

function* combinations(choices: readonly (readonly string[])[], from = 0): Generator<string[]> {
  const first = choices[from];
  if (first === undefined) {
    yield [];
    return;
  }
  for (const text of first) for (const rest of combinations(choices, from + 1)) yield [text, ...rest];
}
