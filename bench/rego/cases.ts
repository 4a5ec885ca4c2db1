import { builtinFamilies } from './builtin-cases.ts';
import { languageFamilies } from './language-cases.ts';
import type { Case } from './shape.ts';

/** Every case, smaller sizes first. */
export function cases(): Case[] {
  return [...languageFamilies, ...builtinFamilies].flatMap(([name, sizes, make]) =>
    sizes.map((size): Case => ({ name, size, ...make(size) })),
  );
}
