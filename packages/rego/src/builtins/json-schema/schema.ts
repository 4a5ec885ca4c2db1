import type { RegoNumber } from '../../values/value.ts';
import type { Regex } from '../regex/engine.ts';

/** A schema ready for use. Members are absent where the keyword is. */
export interface Schema {
  /** `true` and `false` as schemas. */
  pass?: boolean;
  /** What `$ref` leads to; the other keywords beside it do not count. */
  reference?: Schema;
  types: string[];
  properties: Map<string, Schema>;
  patternProperties: { pattern: Regex; schema: Schema }[];
  additionalProperties?: boolean | Schema;
  propertyNames?: Schema;
  dependencies: Map<string, string[] | Schema>;
  /** One schema for all items, or one for each place. */
  items?: Schema | Schema[];
  additionalItems?: boolean | Schema;
  contains?: Schema;
  multipleOf?: RegoNumber;
  minimum?: RegoNumber;
  maximum?: RegoNumber;
  exclusiveMinimum?: RegoNumber;
  exclusiveMaximum?: RegoNumber;
  minLength?: number;
  maxLength?: number;
  pattern?: { source: string; regex: Regex };
  format?: string;
  minProperties?: number;
  maxProperties?: number;
  required: string[];
  minItems?: number;
  maxItems?: number;
  uniqueItems: boolean;
  /** As JSON texts. */
  const?: string;
  enum?: string[];
  oneOf: Schema[];
  anyOf: Schema[];
  allOf: Schema[];
  not?: Schema;
  if?: Schema;
  then?: Schema;
  else?: Schema;
}

export function emptySchema(): Schema {
  return {
    types: [],
    properties: new Map(),
    patternProperties: [],
    dependencies: new Map(),
    required: [],
    uniqueItems: false,
    oneOf: [],
    anyOf: [],
    allOf: [],
  };
}
