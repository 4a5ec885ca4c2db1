import type { EntriesTerm, LoweredTerm, SequenceTerm } from '../intermediate.ts';
import type { Environment } from './environment.ts';
import { anything, either, type ObjectType, select, type Type, unifies } from './type.ts';

/** Whether two terms can be the same; gives types to the variables in them that have none. */
export function unifyTerms(
  env: Environment,
  a: LoweredTerm,
  typeA: Type | undefined,
  b: LoweredTerm,
  typeB: Type | undefined,
): boolean {
  if (!isKnown(typeA) && isKnown(typeB)) return unifyTerm(env, a, typeB, false);
  if (!isKnown(typeB) && isKnown(typeA)) return unifyTerm(env, b, typeA, false);
  if (isKnown(typeA) && isKnown(typeB)) return unifies(typeA, typeB);
  if (a.kind === 'local' && b.kind !== 'local') return unifyPattern(env, b, a);
  if (a.kind === 'local')
    return unifyTerm(env, a, anything, false) && unifyTerm(env, b, env.typeOf(a), false);
  return unifyPattern(env, a, b);
}

/** Types share their parts, so one that was looked at is not looked at again. */
const known = new WeakSet<Type>();

/** Whether every part of a type is known. */
function isKnown(type: Type | undefined): boolean {
  if (!type) return false;
  if ('constant' in type || known.has(type)) return true;
  if (!hasKnownParts(type)) return false;
  known.add(type);
  return true;
}

function hasKnownParts(type: Type): boolean {
  switch (type.kind) {
    case 'array':
      return type.fixed.every(isKnown);
    case 'object':
      for (const value of type.fixed.values()) if (!isKnown(value)) return false;
      return !type.rest || (isKnown(type.rest.key) && isKnown(type.rest.value));
    case 'set':
      return isKnown(type.of);
    default:
      return true;
  }
}

function unifyPattern(env: Environment, a: LoweredTerm, b: LoweredTerm): boolean {
  if (b.kind === 'local')
    return unifyTerm(env, a, anything, false) && unifyTerm(env, b, env.typeOf(a), false);
  const left = itemsOf(a);
  const right = itemsOf(b);
  if (left && right)
    return (
      left.length === right.length &&
      left.every((item, index) => {
        const other = right[index] as LoweredTerm;
        return unifyTerms(env, item, env.typeOf(item), other, env.typeOf(other));
      })
    );
  if (a.kind === 'object' && b.kind === 'object') {
    if (a.entries.length !== b.entries.length) return false;
    return a.entries.every(([key, value]) => {
      const other = b.entries.find(([candidate]) => sameTerm(key, candidate))?.[1];
      return other !== undefined && unifyTerms(env, value, env.typeOf(value), other, env.typeOf(other));
    });
  }
  return a.kind === 'object' || b.kind === 'object'
    ? unifyTerm(env, a.kind === 'object' ? a : b, env.typeOf(a.kind === 'object' ? b : a), false)
    : false;
}

function itemsOf(term: LoweredTerm): readonly LoweredTerm[] | undefined {
  if (term.kind === 'array') return term.items;
  if (term.kind === 'constant' && Array.isArray(term.value))
    return term.value.map((value) => ({ kind: 'constant', value, location: term.location }));
  return undefined;
}

function sameTerm(a: LoweredTerm, b: LoweredTerm): boolean {
  if (a.kind === 'constant' && b.kind === 'constant') return a.value === b.value;
  return a.kind === 'local' && b.kind === 'local' && a.name === b.name;
}

/** Whether a term can have a type; `joined`: its variables may have others as well. */
export function unifyTerm(
  env: Environment,
  term: LoweredTerm,
  type: Type | undefined,
  joined: boolean,
): boolean {
  switch (term.kind) {
    case 'array':
    case 'set':
      return unifyComposite(
        type,
        (one) => (one.kind === term.kind ? unifySequence(env, term, one, joined) : false),
        () => {
          for (const item of term.items) unifyTerm(env, item, anything, true);
        },
      );
    case 'object':
      return unifyComposite(
        type,
        (one) => (one.kind === 'object' ? unifyEntries(env, term, one, joined) : false),
        () => {
          for (const [key, value] of term.entries) {
            unifyTerm(env, key, anything, true);
            unifyTerm(env, value, anything, true);
          }
        },
      );
    case 'local': {
      const known = env.local(term.name);
      if (joined) env.put(term.name, either(known, type));
      else if (known) return unifies(known, type);
      else env.put(term.name, type);
      return true;
    }
    default:
      return unifies(env.typeOf(term), type);
  }
}

function unifyComposite(
  type: Type | undefined,
  fits: (type: Type) => boolean,
  onAnything: () => void,
): boolean {
  if (!type) return false;
  if (type.kind !== 'any') return fits(type);
  if (type.of.length === 0) {
    onAnything();
    return true;
  }
  let found = false;
  for (const one of type.of) found = fits(one) || found;
  return found;
}

function unifySequence(env: Environment, term: SequenceTerm, type: Type, joined: boolean): boolean {
  if (type.kind === 'set') return term.items.every((item) => unifyTerm(env, item, type.of, joined));
  if (type.kind !== 'array') return false;
  if (term.items.length !== type.fixed.length && !type.rest) return false;
  return term.items.every((item, index) => unifyTerm(env, item, select(type, index), joined));
}

function unifyEntries(env: Environment, term: EntriesTerm, type: ObjectType, joined: boolean): boolean {
  if (term.entries.length !== type.fixed.size && !type.rest) return false;
  return term.entries.every(([key, value]) => {
    if (key.kind !== 'constant') {
      unifyTerm(env, value, anything, joined);
      return true;
    }
    const child = select(type, key.value);
    return child !== undefined && unifyTerm(env, value, child, joined);
  });
}
