import { typeName } from '../values/compare.ts';
import { RegoObject } from '../values/rego-object.ts';
import { RegoSet } from '../values/rego-set.ts';
import type { RegoArray, RegoNumber, Value } from '../values/value.ts';
import { BuiltinFault } from './builtin.ts';

/** A failure that is not about an operand's type. The builtin's own name is put before the text by whoever called it. */
export function fault(message: string, cause?: unknown): BuiltinFault {
  return new BuiltinFault('eval_builtin_error', message, cause === undefined ? undefined : { cause });
}

/** Something wrong with an operand, counted from 1: `operand 2 must ...`. */
export function operandFault(position: number, text: string): BuiltinFault {
  return new BuiltinFault('eval_type_error', `operand ${position} ${text}`);
}

/** `operand 1 must be string but got number`; with several names `must be one of {array, set} but got ...`. */
export function operandType(position: number, got: Value, ...expected: string[]): BuiltinFault {
  const names = expected.length === 1 ? expected[0] : `one of {${expected.join(', ')}}`;
  return operandFault(position, `must be ${names} but got ${typeName(got)}`);
}

/** `operand 1 must be array of strings but got array containing number`. */
export function operandElement(
  position: number,
  composite: Value,
  got: Value,
  ...expected: string[]
): BuiltinFault {
  const type = typeName(composite);
  const of = expected.length === 1 ? `${expected[0]}s` : `(any of) {${expected.join(', ')}}`;
  return operandFault(position, `must be ${type} of ${of} but got ${type} containing ${typeName(got)}`);
}

export function stringOperand(value: Value | undefined, position: number): string {
  if (typeof value !== 'string') throw operandType(position, value as Value, 'string');
  return value;
}

export function numberOperand(value: Value | undefined, position: number): RegoNumber {
  if (typeName(value as Value) !== 'number') throw operandType(position, value as Value, 'number');
  return value as RegoNumber;
}

/** An integer in the range of 64 bits: other numbers are refused as OPA refuses them. */
export function integerOperand(value: Value | undefined, position: number): number | bigint {
  const number = numberOperand(value, position);
  if (typeof number === 'bigint') {
    if (BigInt.asIntN(64, number) === number) return number;
  } else if (typeof number === 'number' && Number.isInteger(number)) {
    return number;
  }
  throw operandFault(position, 'must be integer number but got floating-point number');
}

export function objectOperand(value: Value | undefined, position: number): RegoObject {
  if (!(value instanceof RegoObject)) throw operandType(position, value as Value, 'object');
  return value;
}

export function arrayOperand(value: Value | undefined, position: number): RegoArray {
  if (!Array.isArray(value)) throw operandType(position, value as Value, 'array');
  return value;
}

export function setOperand(value: Value | undefined, position: number): RegoSet {
  if (!(value instanceof RegoSet)) throw operandType(position, value as Value, 'set');
  return value;
}

/** The members of an array or set. */
export function collectionOperand(value: Value | undefined, position: number): readonly Value[] {
  if (Array.isArray(value)) return value;
  if (value instanceof RegoSet) return value.values();
  throw operandType(position, value as Value, 'array', 'set');
}
