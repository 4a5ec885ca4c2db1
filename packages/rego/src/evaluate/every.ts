import type { EveryLiteral } from '../compile/intermediate.ts';
import { RegoObject } from '../values/rego-object.ts';
import { RegoSet } from '../values/rego-set.ts';
import type { Value } from '../values/value.ts';
import type { BodyCompiler } from './body-compiler.ts';
import type { Destination } from './call-literal.ts';
import { chain, stop } from './code.ts';
import { flatten, getterOf } from './flat-term.ts';
import { eachItem } from './lookup.ts';

/** Compiles `every k, v in domain { body }`: holds when the body has a solution for each element. */
export function compileEvery(compiler: BodyCompiler, every: EveryLiteral, to: Destination): void {
  const domain = getterOf(compiler, flatten(compiler, every.domain, to.before, to.hoist));
  const [keySlot, valueSlot, holds] = compiler.scoped(() => {
    const key = every.key === undefined ? compiler.temporary() : compiler.bind(every.key);
    const value = compiler.bind(every.value);
    return [key, value, chain(compiler.body(every.body), stop)] as const;
  });
  to.steps.push({
    test: (world, slots) => {
      const value = domain(world, slots);
      if (value === undefined || !isCollection(value)) return false;
      const refuted = () =>
        eachItem(
          world,
          slots,
          value,
          (_world, _slots, key) => {
            slots[keySlot] = key;
            return true;
          },
          (_world, _slots, item) => {
            slots[valueSlot] = item;
            return !holds(world, slots) || world.evaluation.halted;
          },
        );
      const { evaluation } = world;
      if (!evaluation.suspends) return !refuted();
      return evaluation.attempt(false, () => !refuted()) ?? false;
    },
  });
}

function isCollection(value: Value): boolean {
  return Array.isArray(value) || value instanceof RegoObject || value instanceof RegoSet;
}
