import { compareStrings } from '../../values/compare.ts';
import type { AnyType, Type } from './type.ts';

const order = ['null', 'boolean', 'number', 'string', 'array', 'object', 'set', 'any', 'function'];

/** Longer texts are cut: a type can be as large as the literal it was taken from. */
const longest = 2000;

/** A type as OPA's messages write it: `any<array[any], set[any]>`; `???` where nothing is known. */
export function typeText(type: Type | undefined): string {
  const text = whole(type, 12);
  return text.length > longest ? `${text.slice(0, longest)}...` : text;
}

function whole(type: Type | undefined, depth: number): string {
  if (!type) return '???';
  if (depth === 0) return '...';
  const inner = (part: Type | undefined) => whole(part, depth - 1);
  switch (type.kind) {
    case 'any':
      return type.of.length === 0 ? 'any' : `any<${alternatives(type).map(inner).join(', ')}>`;
    case 'array': {
      const fixed = type.fixed.length > 0 ? `<${type.fixed.slice(0, 200).map(inner).join(', ')}>` : '';
      return `array${fixed}${type.rest ? `[${inner(type.rest)}]` : ''}`;
    }
    case 'set':
      return `set[${inner(type.of)}]`;
    case 'object': {
      const fixed = [...type.fixed].slice(0, 200).map(([key, value]) => `${String(key)}: ${inner(value)}`);
      const rest = type.rest ? `[${inner(type.rest.key)}: ${inner(type.rest.value)}]` : '';
      return `object${fixed.length > 0 ? `<${fixed.sort(compareStrings).join(', ')}>` : ''}${rest}`;
    }
    case 'function': {
      const args = type.args.map(inner);
      if (type.variadic) args.push(`${inner(type.variadic)}...`);
      return `(${args.join(', ')}) => ${inner(type.result)}`;
    }
    default:
      return type.kind;
  }
}

function alternatives(type: AnyType): Type[] {
  return [...type.of].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

/** The types of operands in parentheses. */
export function typeListText(types: readonly (Type | undefined)[], variadic?: Type): string {
  const texts = types.map(typeText);
  if (variadic) texts.push(`${typeText(variadic)}...`);
  return `(${texts.join(', ')})`;
}
