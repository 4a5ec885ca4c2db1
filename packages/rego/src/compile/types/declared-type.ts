import type { BuiltinDeclaration, RegoType } from '../../builtins/builtin.ts';
import type { Value } from '../../values/value.ts';
import {
  anything,
  arrayType,
  booleanType,
  type FunctionType,
  nullType,
  numberType,
  objectType,
  stringType,
  type Type,
} from './type.ts';

const known = new WeakMap<BuiltinDeclaration, FunctionType>();

/** The type of a builtin, as it is declared. */
export function builtinType(builtin: BuiltinDeclaration): FunctionType {
  let type = known.get(builtin);
  if (!type) {
    type = {
      kind: 'function',
      args: builtin.args.map(declaredType),
      variadic: builtin.variadic && declaredType(builtin.variadic),
      result: builtin.name === 'print' ? undefined : declaredType(builtin.result),
    };
    known.set(builtin, type);
  }
  return type;
}

function declaredType(type: RegoType): Type {
  switch (type.type) {
    case 'any':
      return type.of && type.of.length > 0 ? { kind: 'any', of: type.of.map(declaredType) } : anything;
    case 'null':
      return nullType;
    case 'boolean':
      return booleanType;
    case 'number':
      return numberType;
    case 'string':
      return stringType;
    case 'array':
      if (type.static)
        return arrayType(type.static.map(declaredType), type.dynamic && declaredType(type.dynamic));
      return arrayType([], type.dynamic ? declaredType(type.dynamic) : anything);
    case 'set':
      return { kind: 'set', of: type.of ? declaredType(type.of) : anything };
    case 'object':
      return objectType(
        new Map(type.static?.map(({ key, value }) => [key as Value, declaredType(value)])),
        type.dynamic && {
          key: declaredType(type.dynamic.key),
          value: declaredType(type.dynamic.value),
        },
      );
    case 'function':
      return anything;
  }
}
