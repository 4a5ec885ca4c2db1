import { typeName } from '../../values/compare.ts';
import { compareNumbers, isInteger } from '../../values/numbers.ts';
import { RegoObject } from '../../values/rego-object.ts';
import type { RegoArray, RegoNumber, Value } from '../../values/value.ts';
import { compileRegex, type Regex, RegexError } from '../regex/engine.ts';
import { plainText } from './document.ts';
import { problems, type SchemaError, schemaTypes } from './messages.ts';
import { baseAt, type Draft, draftOf, resolve, SchemaPool } from './references.ts';
import { emptySchema, type Schema } from './schema.ts';

/**
 * A schema document ready for use: drafts 4, 6 and 7; newer ones as far as their keywords are the same. Throws {@link SchemaError}
 * for the first keyword that is wrong, in the order and the words of gojsonschema. The document may be hostile.
 */
export function compileSchema(document: Value): Schema {
  const draft = draftOf(document) ?? 'any';
  return new Compiler(new SchemaPool(document)).schema(document, '', draft);
}

type Exclusive = 'exclusiveMinimum' | 'exclusiveMaximum';

class Compiler {
  readonly #pool: SchemaPool;
  readonly #referenced = new Map<string, Schema>();

  constructor(pool: SchemaPool) {
    this.#pool = pool;
  }

  schema(value: Value, outerBase: string, draft: Draft): Schema {
    const schema = emptySchema();
    this.#fill(schema, value, outerBase, draft);
    return schema;
  }

  #fill(schema: Schema, value: Value, outerBase: string, draft: Draft): void {
    if (typeof value === 'boolean' && draft !== 4) {
      schema.pass = value;
      return;
    }
    if (!(value instanceof RegoObject)) throw problems.notASchema();
    const base = baseAt(value, outerBase);
    textAt(value, draft === 4 || (draft === 'any' && value.has('id')) ? 'id' : '$id');
    const sub = (part: Value) => this.schema(part, base, draft);
    this.#definitions(value, sub);
    textAt(value, 'title');
    textAt(value, 'description');
    const reference = textAt(value, '$ref');
    if (reference !== undefined) {
      schema.reference = this.#reference(resolve(base, reference), draft);
      return;
    }
    const since6 = draft !== 4;
    types(value, schema);
    objectKeywords(value, schema, sub, since6);
    arraySchemas(value, schema, sub);
    numberKeywords(value, schema, draft);
    stringKeywords(value, schema);
    counts(value, schema);
    if (since6 && value.has('contains')) schema.contains = sub(value.get('contains')!);
    if (since6 && value.has('const')) schema.const = plainText(value.get('const')!);
    enumeration(value, schema);
    for (const key of ['oneOf', 'anyOf', 'allOf'] as const) {
      for (const part of arrayAt(value, key) ?? []) schema[key].push(sub(part));
    }
    for (const key of ['not', 'if', 'then', 'else'] as const) {
      if (key !== 'not' && draft !== 7 && draft !== 'any') continue;
      const part = value.get(key);
      if (part === undefined) continue;
      if (!isSchema(part)) throw problems.mustBeOfAn(key, 'object');
      schema[key] = sub(part);
    }
  }

  #definitions(value: RegoObject, sub: (part: Value) => Schema): void {
    const definitions = value.get('definitions');
    if (definitions === undefined) return;
    if (!(definitions instanceof RegoObject)) throw problems.invalidType('array of schemas', 'definitions');
    for (const [, definition] of definitions.entries()) {
      if (!isSchema(definition)) throw problems.invalidType('array of schemas', 'definitions');
      sub(definition);
    }
  }

  #reference(address: string, draft: Draft): Schema {
    const known = this.#referenced.get(address);
    if (known) return known;
    const schema = emptySchema();
    this.#referenced.set(address, schema);
    const part = this.#pool.find(address);
    if (!isSchema(part.value)) throw problems.mustBeOfType('schema', 'object');
    this.#fill(schema, part.value, part.base, part.draft ?? draft);
    return schema;
  }
}

function isSchema(value: Value): boolean {
  return typeof value === 'boolean' || value instanceof RegoObject;
}

function textAt(value: RegoObject, key: string): string | undefined {
  const text = value.get(key);
  if (text !== undefined && typeof text !== 'string') throw problems.invalidType('string', key);
  return text;
}

function arrayAt(value: RegoObject, key: string): RegoArray | undefined {
  const array = value.get(key);
  if (array !== undefined && !Array.isArray(array)) throw problems.mustBeOfAn(key, 'array');
  return array;
}

function numberAt(value: RegoObject, key: string): RegoNumber | undefined {
  const number = value.get(key);
  if (number === undefined) return undefined;
  if (typeName(number) !== 'number') throw problems.mustBeOfA(key, 'number');
  return number as RegoNumber;
}

function countAt(value: RegoObject, key: string): number | undefined {
  const number = value.get(key);
  if (number === undefined) return undefined;
  if (typeName(number) !== 'number' || !isInteger(number as RegoNumber))
    throw problems.mustBeOfAn(key, 'integer');
  if (compareNumbers(number as RegoNumber, 0) < 0) throw problems.mustNotBeNegative(key);
  return Number(number);
}

function types(value: RegoObject, schema: Schema): void {
  const type = value.get('type');
  if (type === undefined) return;
  const names = typeof type === 'string' ? [type] : type;
  if (!Array.isArray(names)) throw problems.invalidType('type', 'string/array of strings');
  for (const name of names) {
    if (typeof name !== 'string') throw problems.invalidType('type', 'string/array of strings');
    if (!(schemaTypes as readonly string[]).includes(name)) throw problems.unknownType(name);
    if (schema.types.includes(name)) throw problems.duplicatedType(name);
    schema.types.push(name);
  }
}

function regexOf(pattern: string, problem: () => SchemaError): Regex {
  try {
    return compileRegex(pattern);
  } catch (error) {
    if (error instanceof RegexError) throw problem();
    throw error;
  }
}

function objectKeywords(
  value: RegoObject,
  schema: Schema,
  sub: (part: Value) => Schema,
  since6: boolean,
): void {
  const properties = value.get('properties');
  if (properties !== undefined) {
    if (!(properties instanceof RegoObject)) throw problems.mustBeOfType('properties', 'object');
    for (const [name, part] of properties.entries()) schema.properties.set(name as string, sub(part));
  }
  const additional = value.get('additionalProperties');
  if (typeof additional === 'boolean') schema.additionalProperties = additional;
  else if (additional instanceof RegoObject) schema.additionalProperties = sub(additional);
  else if (additional !== undefined) throw problems.invalidType('boolean/schema', 'additionalProperties');
  const patterns = value.get('patternProperties');
  if (patterns !== undefined) {
    if (!(patterns instanceof RegoObject)) throw problems.invalidType('schema', 'patternProperties');
    for (const [pattern, part] of patterns.entries() as Generator<[string, Value]>) {
      schema.patternProperties.push({
        pattern: regexOf(pattern, () => problems.invalidPattern(pattern)),
        schema: sub(part),
      });
    }
  }
  const names = value.get('propertyNames');
  if (since6 && names !== undefined) {
    if (!isSchema(names)) throw problems.invalidType('schema', 'patternProperties');
    schema.propertyNames = sub(names);
  }
  dependencies(value, schema, sub);
}

function dependencies(value: RegoObject, schema: Schema, sub: (part: Value) => Schema): void {
  const all = value.get('dependencies');
  if (all === undefined) return;
  if (!(all instanceof RegoObject)) throw problems.mustBeOfType('dependencies', 'object');
  for (const [name, part] of all.entries() as Generator<[string, Value]>) {
    if (isSchema(part)) schema.dependencies.set(name, sub(part));
    else if (Array.isArray(part) && part.every((item) => typeof item === 'string')) {
      schema.dependencies.set(name, part as string[]);
    } else throw problems.mustBeOfType('dependency', 'schema or array of strings');
  }
}

function arraySchemas(value: RegoObject, schema: Schema, sub: (part: Value) => Schema): void {
  const items = value.get('items');
  if (Array.isArray(items)) {
    schema.items = items.map((item) => {
      if (!isSchema(item)) throw problems.invalidType('schema/array of schemas', 'items');
      return sub(item);
    });
  } else if (items !== undefined) {
    if (!isSchema(items)) throw problems.invalidType('schema/array of schemas', 'items');
    schema.items = sub(items);
  }
  const additional = value.get('additionalItems');
  if (typeof additional === 'boolean') schema.additionalItems = additional;
  else if (additional instanceof RegoObject) schema.additionalItems = sub(additional);
  else if (additional !== undefined) throw problems.invalidType('boolean/schema', 'additionalItems');
}

function numberKeywords(value: RegoObject, schema: Schema, draft: Draft): void {
  const multiple = value.get('multipleOf');
  if (multiple !== undefined) {
    if (typeName(multiple) !== 'number') throw problems.invalidType('number', 'multipleOf');
    if (compareNumbers(multiple as RegoNumber, 0) <= 0) throw problems.mustBePositive('multipleOf');
    schema.multipleOf = multiple as RegoNumber;
  }
  bound(value, schema, draft, 'minimum', 'exclusiveMinimum');
  bound(value, schema, draft, 'maximum', 'exclusiveMaximum');
}

/** In draft 4 the exclusive bound is a flag on the other one; later it is a bound of its own. */
function bound(
  value: RegoObject,
  schema: Schema,
  draft: Draft,
  key: 'minimum' | 'maximum',
  exclusive: Exclusive,
): void {
  const limit = numberAt(value, key);
  if (limit !== undefined) schema[key] = limit;
  const flag = value.get(exclusive);
  if (flag === undefined) return;
  if (typeof flag === 'boolean' && (draft === 4 || draft === 'any')) {
    if (limit === undefined) throw problems.cannotBeUsedWithout(exclusive, key);
    if (flag) {
      schema[exclusive] = limit;
      delete schema[key];
    }
  } else if (typeName(flag) === 'number' && draft !== 4) schema[exclusive] = flag as RegoNumber;
  else
    throw problems.invalidType(
      { 4: 'boolean', any: 'boolean/number', 6: 'number', 7: 'number' }[draft],
      exclusive,
    );
}

function stringKeywords(value: RegoObject, schema: Schema): void {
  range(value, schema, 'minLength', 'maxLength', (x, y) => problems.cannotBeGreater(x, y));
  const source = textAt(value, 'pattern');
  if (source !== undefined) {
    schema.pattern = { source, regex: regexOf(source, () => problems.mustBeRegex('pattern')) };
  }
  const format = textAt(value, 'format');
  if (format !== undefined) schema.format = format;
}

type Count = 'minLength' | 'maxLength' | 'minProperties' | 'maxProperties' | 'minItems' | 'maxItems';

function range(
  value: RegoObject,
  schema: Schema,
  low: Count,
  high: Count,
  problem?: (x: string, y: string) => SchemaError,
): void {
  const least = countAt(value, low);
  if (least !== undefined) schema[low] = least;
  const most = countAt(value, high);
  if (most !== undefined) schema[high] = most;
  if (problem && least !== undefined && most !== undefined && least > most) throw problem(low, high);
}

function counts(value: RegoObject, schema: Schema): void {
  range(value, schema, 'minProperties', 'maxProperties', (x, y) => problems.cannotBeGreater(x, y));
  for (const name of arrayAt(value, 'required') ?? []) {
    if (typeof name !== 'string') throw problems.invalidType('string', 'required');
    if (schema.required.includes(name)) throw problems.mustBeUnique('required');
    schema.required.push(name);
  }
  range(value, schema, 'minItems', 'maxItems');
  const unique = value.get('uniqueItems');
  if (unique === undefined) return;
  if (typeof unique !== 'boolean') throw problems.mustBeOfA('uniqueItems', 'boolean');
  schema.uniqueItems = unique;
}

function enumeration(value: RegoObject, schema: Schema): void {
  const allowed = arrayAt(value, 'enum');
  if (!allowed) return;
  const texts = new Set<string>();
  for (const item of allowed) {
    const text = plainText(item);
    if (texts.has(text)) throw problems.mustBeUnique('enum');
    texts.add(text);
  }
  schema.enum = [...texts];
}
