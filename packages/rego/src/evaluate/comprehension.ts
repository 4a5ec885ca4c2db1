import type { ComprehensionTerm } from '../compile/intermediate.ts';
import { comprehensionVariables } from '../compile/variables.ts';
import { equal } from '../values/compare.ts';
import { RegoObject } from '../values/rego-object.ts';
import { RegoSet } from '../values/rego-set.ts';
import type { Value } from '../values/value.ts';
import type { BodyCompiler } from './body-compiler.ts';
import { type Continuation, chain, type Getter } from './code.ts';
import { ComprehensionIndex } from './comprehension-index.ts';
import { evaluationError } from './evaluation.ts';
import { flatten, getterOf } from './flat-term.ts';

/** How the value of a comprehension is worked out: its body is run to the end, each solution adds to the collection. */
export function comprehensionGetter(compiler: BodyCompiler, term: ComprehensionTerm): Getter {
  const slot = compiler.temporary();
  const index = indexFor(compiler, term);
  const body = compiler.scoped(() => {
    const steps = compiler.body(term.body);
    const key = term.key && getterOf(compiler, flatten(compiler, term.key, steps));
    const value = getterOf(compiler, flatten(compiler, term.value, steps));
    return chain(steps, collector(term, slot, key, value));
  });
  const { tracing } = compiler.program;
  const run = tracing ? tracing.closure(compiler, term, body) : body;
  const make: () => object =
    term.collects === 'array'
      ? () => []
      : term.collects === 'set'
        ? () => new RegoSet()
        : () => new RegoObject();
  return (world, slots) => {
    const collection = make();
    slots[slot] = collection;
    const { evaluation } = world;
    if (!evaluation.suspends) {
      if (!index) {
        run(world, slots);
        return collection as Value;
      }
      const known = index.lookup(world, slots);
      if (known !== undefined) return known;
      const before = evaluation.used;
      run(world, slots);
      index.spent(world, slots, evaluation.used - before);
      return collection as Value;
    }
    return evaluation.attempt(true, () => {
      run(world, slots);
      return collection as Value;
    });
  };
}

/** An index of a comprehension's values by the outer variables it reads, where there can be one. */
function indexFor(compiler: BodyCompiler, term: ComprehensionTerm): ComprehensionIndex | undefined {
  if (term.operand || compiler.program.tracing || !compiler.program.indexed) return undefined;
  const names = new Set<string>();
  comprehensionVariables(term, names);
  const keys = [...names].filter((name) => compiler.bound.has(name));
  return keys.length > 0 ? new ComprehensionIndex(compiler, term, keys) : undefined;
}

function collector(
  term: ComprehensionTerm,
  slot: number,
  getKey: Getter | undefined,
  getValue: Getter,
): Continuation {
  if (term.collects === 'array')
    return (world, slots) => {
      const value = getValue(world, slots);
      if (value === undefined) return false;
      const collection = slots[slot] as Value[];
      if (collection.push(value) % 1024 === 0) world.evaluation.checkSize(collection.length);
      return false;
    };
  if (!getKey)
    return (world, slots) => {
      const value = getValue(world, slots);
      if (value === undefined) return false;
      const collection = slots[slot] as RegoSet;
      collection.add(value);
      if (collection.size % 1024 === 0) world.evaluation.checkSize(collection.size);
      return false;
    };
  return (world, slots) => {
    const key = getKey(world, slots);
    const value = key === undefined ? undefined : getValue(world, slots);
    if (key === undefined || value === undefined) return false;
    const collection = slots[slot] as RegoObject;
    const known = collection.get(key);
    if (known === undefined) {
      collection.add(key, value);
      if (collection.size % 1024 === 0) world.evaluation.checkSize(collection.size);
    } else if (!equal(known, value))
      throw evaluationError(term.location, 'eval_conflict_error', 'object keys must be unique');
    return false;
  };
}
