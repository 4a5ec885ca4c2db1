import { compare } from '../../values/compare.ts';
import { termText } from '../../values/term-text.ts';
import type { Value } from '../../values/value.ts';
import { type LoweredTerm, type ReferenceTerm, writtenName } from '../intermediate.ts';
import type { Environment, TypeNode } from './environment.ts';
import { isPrimitive } from './environment.ts';
import { typeText } from './text.ts';
import { anything, keysOf, select, stringType, type Type, unifies, valuesOf } from './type.ts';
import { unifyTerm } from './unify.ts';

/** Why a reference can never be defined, in OPA's layout; undefined if it can. Gives types to the variables in its path. */
export function referenceProblem(env: Environment, reference: ReferenceTerm): string | undefined {
  const type = reference.root === 'data' ? env.typeOfReference(reference) : undefined;
  if (type?.kind === 'function') return unsupported(reference, reference.path.length, type);
  if (reference.root === 'input') return inLeaf(env, anything, reference, 0);
  if (reference.root === 'local') {
    const known = env.local(reference.name);
    if (!known) env.put(reference.name, anything);
    return inLeaf(env, known ?? anything, reference, 0);
  }
  return inTree(env, env.data, reference, 0);
}

function inTree(env: Environment, node: TypeNode, reference: ReferenceTerm, at: number): string | undefined {
  const part = reference.path[at];
  if (!part) return undefined;
  if (at < 2 && part.kind !== 'local' && !(part.kind === 'constant' && typeof part.value === 'string'))
    return invalid(reference, at, env.typeOf(part), stringType, [...node.children.keys()]);
  if (part.kind === 'local') {
    const keys = keysOf(node.extent());
    const known = env.local(part.name);
    if (!known) env.put(part.name, keys);
    else if (!unifies(keys, known)) return invalid(reference, at, known, keys, [...node.children.keys()]);
  }
  const child =
    part.kind === 'constant' && isPrimitive(part.value) ? node.children.get(part.value as never) : undefined;
  if (!child) {
    for (const later of reference.path.slice(at + 1))
      if (later.kind === 'local' && !env.local(later.name)) env.put(later.name, anything);
    return undefined;
  }
  if (child.type) return inLeaf(env, child.type, reference, at + 1);
  return inTree(env, child, reference, at + 1);
}

function inLeaf(
  env: Environment,
  type: Type | undefined,
  reference: ReferenceTerm,
  at: number,
): string | undefined {
  let current = type;
  for (let i = at; i < reference.path.length; i += 1) {
    const part = reference.path[i] as LoweredTerm;
    const keys = keysOf(current);
    if (!keys) return unsupported(reference, i, current);
    if (part.kind === 'constant' && isPrimitive(part.value)) {
      const child = select(current, part.value);
      if (!child) return invalid(reference, i, undefined, keys, oneOf(current));
      current = child;
      continue;
    }
    if (part.kind === 'local') {
      const known = env.local(part.name);
      if (!known) env.put(part.name, keys);
      else if (!unifies(known, keys)) return invalid(reference, i, known, keys, oneOf(current));
    } else if (part.kind === 'reference') {
      const known = env.typeOfReference(part);
      if (known && !unifies(known, keys)) return invalid(reference, i, known, keys, oneOf(current));
    } else if (part.kind !== 'comprehension' && !unifyTerm(env, part, keys, false))
      return invalid(reference, i, env.typeOf(part), keys, []);
    current = valuesOf(current);
  }
  return undefined;
}

function unsupported(reference: ReferenceTerm, length: number, have: Type | undefined): string {
  const text = referenceText(reference);
  const marked = referenceText(reference, length).length;
  return `undefined ref: ${text}\n\t${text}\n\t${'^'.repeat(marked)}\n\thave: ${typeText(have)}`;
}

function invalid(
  reference: ReferenceTerm,
  at: number,
  have: Type | undefined,
  want: Type | undefined,
  choices: readonly Value[],
): string {
  const text = referenceText(reference);
  const pad = ' '.repeat(referenceText(reference, at).length + 1);
  const had = have
    ? `have (type): ${typeText(have)}`
    : `have: ${partText(reference.path[at] as LoweredTerm)}`;
  const shown = [...choices].sort(compare).slice(0, 40).map(termText).join(' ');
  const wanted = choices.length > 0 ? `want (one of): [${shown}]` : `want (type): ${typeText(want)}`;
  return `undefined ref: ${text}\n\t${text}\n\t${pad}^\n\t${pad}${had}\n\t${pad}${wanted}`;
}

function oneOf(type: Type | undefined): Value[] {
  if (type?.kind === 'object') return [...type.fixed.keys()];
  if (type?.kind === 'any') return [...new Set(type.of.flatMap(oneOf))];
  return [];
}

/** A reference as OPA writes it, up to some part of its path. */
export function referenceText(reference: ReferenceTerm, length = reference.path.length): string {
  let text = reference.root === 'local' ? writtenName(reference.name) : reference.root;
  for (const part of reference.path.slice(0, length)) {
    if (
      part.kind === 'constant' &&
      typeof part.value === 'string' &&
      /^[A-Za-z_][A-Za-z0-9_]*$/.test(part.value)
    )
      text += `.${part.value}`;
    else text += `[${partText(part)}]`;
  }
  return text;
}

function partText(part: LoweredTerm): string {
  switch (part.kind) {
    case 'constant':
      return termText(part.value);
    case 'local':
      return writtenName(part.name);
    case 'reference':
      return referenceText(part);
    default:
      return '...';
  }
}
