import type { RegoType } from './builtin.ts';

/** The types of declarations, written short. */
export const any: RegoType = { type: 'any' };
export const string: RegoType = { type: 'string' };
export const number: RegoType = { type: 'number' };
export const boolean: RegoType = { type: 'boolean' };
export const nothing: RegoType = { type: 'null' };

export function arrayOf(dynamic: RegoType): RegoType {
  return { type: 'array', dynamic };
}

/** An array of exactly these. */
export function tuple(...items: RegoType[]): RegoType {
  return { type: 'array', static: items };
}

export function setOf(of: RegoType): RegoType {
  return { type: 'set', of };
}

export function objectOf(key: RegoType, value: RegoType): RegoType {
  return { type: 'object', dynamic: { key, value } };
}

export function oneOf(...of: RegoType[]): RegoType {
  return { type: 'any', of };
}
