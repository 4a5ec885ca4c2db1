import { typeName } from '../../values/compare.ts';
import { isInteger } from '../../values/numbers.ts';
import { RegoObject } from '../../values/rego-object.ts';
import type { RegoArray, RegoNumber, Value } from '../../values/value.ts';
import { countWork } from '../../values/work.ts';
import { countCharacters } from '../collections/aggregates.ts';
import { fault } from '../operands.ts';
import { maxDepth, plainText } from './document.ts';
import { hasFormat } from './formats.ts';
import { type Details, filled, type ViolationType, violations } from './messages.ts';
import { numberViolations } from './numbers.ts';
import type { Schema } from './schema.ts';

/** One thing wrong with a document. */
export interface Violation {
  type: ViolationType;
  /** Where: `a.0.b`, or `(Root)`. */
  field: string;
  description: string;
}

/** Everything wrong with a document, in the order in which gojsonschema finds it. The document may be hostile. */
export function validate(schema: Schema, document: Value): Violation[] {
  const result = new Result();
  check(schema, document, result, { field: '(Root)', depth: 0 });
  return result.violations;
}

interface Place {
  field: string;
  depth: number;
}

function below(place: Place, name: string): Place {
  return { field: place.depth === 0 ? name : `${place.field}.${name}`, depth: place.depth + 1 };
}

/** What was found, and how much of the schema fitted: of several alternatives the one that fits best is reported. */
class Result {
  readonly violations: Violation[] = [];
  score = 0;

  get valid(): boolean {
    return this.violations.length === 0;
  }

  add(type: ViolationType, place: Place, details: Details = {}): void {
    const description = filled(violations[type], { ...details, field: place.field });
    this.violations.push({ type, field: place.field, description });
    this.score -= 2;
  }

  merge(other: Result): void {
    for (const violation of other.violations) this.violations.push(violation);
    this.score += other.score;
  }
}

function checked(schema: Schema, value: Value, place: Place): Result {
  const result = new Result();
  check(schema, value, result, place);
  return result;
}

function check(start: Schema, value: Value, result: Result, place: Place): void {
  countWork(1);
  if (place.depth > maxDepth) throw fault('document is nested too deeply');
  let schema = start;
  for (let steps = 0; schema.reference; steps += 1) {
    if (steps > 1000) throw fault('schema refers to itself without end');
    schema = schema.reference;
  }
  if (schema.pass !== undefined) {
    if (!schema.pass) result.add('false', place);
    return;
  }
  const type = typeName(value);
  const whole = type === 'number' && isInteger(value as RegoNumber);
  if (
    schema.types.length > 0 &&
    !schema.types.includes(type) &&
    !(whole && schema.types.includes('integer'))
  ) {
    const expected = schema.types.length === 1 ? schema.types[0]! : `[${schema.types.join(',')}]`;
    result.add('invalid_type', place, { expected, given: whole ? 'integer' : type });
    return;
  }
  combinations(schema, value, result, place);
  if (type === 'array') {
    array(schema, value as RegoArray, result, place);
    common(schema, value, result, place);
  } else if (value instanceof RegoObject) {
    object(schema, value, result, place);
    common(schema, value, result, place);
    for (const [name, property] of schema.properties) {
      const part = value.get(name);
      if (part !== undefined) check(property, part, result, below(place, name));
    }
  } else {
    if (type === 'number') {
      for (const violation of numberViolations(schema, value as RegoNumber)) {
        result.add(violation.type, place, violation.details);
      }
      result.score += 1;
    }
    common(schema, value, result, place);
    if (typeof value === 'string') string(schema, value, result, place);
  }
  result.score += 1;
}

function combinations(schema: Schema, value: Value, result: Result, place: Place): void {
  // The same value again under another schema: one level deeper, so that a schema that only refers to itself ends.
  const inner = { field: place.field, depth: place.depth };
  if (schema.anyOf.length > 0) anyOf(schema.anyOf, value, result, place);
  if (schema.oneOf.length > 0) oneOf(schema.oneOf, value, result, place);
  if (schema.allOf.length > 0) {
    let fitting = 0;
    for (const part of schema.allOf) {
      const outcome = guarded(part, value, inner);
      if (outcome.valid) fitting += 1;
      result.merge(outcome);
    }
    if (fitting !== schema.allOf.length) result.add('number_all_of', place);
  }
  if (schema.not && guarded(schema.not, value, inner).valid) result.add('number_not', place);
  dependencies(schema, value, result, place);
  if (schema.if) {
    const holds = guarded(schema.if, value, inner).valid;
    const branch = holds ? schema.then : schema.else;
    const outcome = branch && guarded(branch, value, inner);
    if (outcome && !outcome.valid) {
      result.add(holds ? 'condition_then' : 'condition_else', place);
      result.merge(outcome);
    }
  }
  result.score += 1;
}

let nested = 0;

/** A check of the same value: bounded apart from the depth of the document, since a schema may lead back to itself. */
function guarded(schema: Schema, value: Value, place: Place): Result {
  nested += 1;
  try {
    if (nested > maxDepth) throw fault('schema refers to itself without end');
    return checked(schema, value, place);
  } finally {
    nested -= 1;
  }
}

function anyOf(schemas: readonly Schema[], value: Value, result: Result, place: Place): void {
  let best: Result | undefined;
  for (const schema of schemas) {
    const outcome = guarded(schema, value, place);
    if (outcome.valid) return;
    if (!best || outcome.score > best.score) best = outcome;
  }
  result.add('number_any_of', place);
  if (best) result.merge(best);
}

function oneOf(schemas: readonly Schema[], value: Value, result: Result, place: Place): void {
  let fitting = 0;
  let best: Result | undefined;
  for (const schema of schemas) {
    const outcome = guarded(schema, value, place);
    if (outcome.valid) fitting += 1;
    else if (fitting === 0 && (!best || outcome.score > best.score)) best = outcome;
  }
  if (fitting === 1) return;
  result.add('number_one_of', place);
  if (fitting === 0 && best) result.merge(best);
}

function dependencies(schema: Schema, value: Value, result: Result, place: Place): void {
  if (schema.dependencies.size === 0 || !(value instanceof RegoObject)) return;
  for (const key of value.keys()) {
    const dependency = schema.dependencies.get(key as string);
    if (Array.isArray(dependency)) {
      for (const other of dependency) {
        if (!value.has(other)) result.add('missing_dependency', place, { dependency: other });
      }
    } else if (dependency) result.merge(guarded(dependency, value, place));
  }
}

function common(schema: Schema, value: Value, result: Result, place: Place): void {
  if (schema.const !== undefined && plainText(value) !== schema.const) {
    result.add('const', place, { allowed: schema.const });
  }
  if (schema.enum && !schema.enum.includes(plainText(value))) {
    result.add('enum', place, { allowed: schema.enum.length === 0 ? '(none)' : schema.enum.join(', ') });
  }
  if (schema.format !== undefined && typeof value === 'string' && !hasFormat(schema.format, value)) {
    result.add('format', place, { format: schema.format });
  }
  result.score += 1;
}

function string(schema: Schema, text: string, result: Result, place: Place): void {
  const length = countCharacters(text);
  if (schema.minLength !== undefined && length < schema.minLength) {
    result.add('string_gte', place, { min: schema.minLength });
  }
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    result.add('string_lte', place, { max: schema.maxLength });
  }
  if (schema.pattern && !schema.pattern.regex.test(text)) {
    result.add('pattern', place, { pattern: schema.pattern.source });
  }
  result.score += 1;
}

function array(schema: Schema, items: RegoArray, result: Result, place: Place): void {
  const at = (index: number, part: Schema) =>
    result.merge(checked(part, items[index]!, below(place, String(index))));
  if (Array.isArray(schema.items)) {
    const schemas = schema.items;
    const both = Math.min(schemas.length, items.length);
    for (let i = 0; i < both; i += 1) at(i, schemas[i]!);
    if (schemas.length > 0 && items.length > schemas.length) {
      const { additionalItems } = schema;
      if (additionalItems === false) result.add('array_no_additional_items', place);
      else if (typeof additionalItems === 'object') {
        for (let i = schemas.length; i < items.length; i += 1) at(i, additionalItems);
      }
    }
  } else if (schema.items) {
    for (let i = 0; i < items.length; i += 1) at(i, schema.items);
  }
  if (schema.minItems !== undefined && items.length < schema.minItems) {
    result.add('array_min_items', place, { min: schema.minItems });
  }
  if (schema.maxItems !== undefined && items.length > schema.maxItems) {
    result.add('array_max_items', place, { max: schema.maxItems });
  }
  if (schema.uniqueItems) unique(items, result, place);
  if (schema.contains) contains(schema.contains, items, result, place);
  result.score += 1;
}

function unique(items: RegoArray, result: Result, place: Place): void {
  const seen = new Map<string, number>();
  items.forEach((item, j) => {
    const text = plainText(item);
    const i = seen.get(text);
    if (i !== undefined) result.add('unique', place, { type: 'array', i, j });
    seen.set(text, j);
  });
}

function contains(schema: Schema, items: RegoArray, result: Result, place: Place): void {
  let best: Result | undefined;
  for (const [index, item] of items.entries()) {
    const outcome = checked(schema, item, below(place, String(index)));
    if (outcome.valid) return;
    if (!best || outcome.score > best.score) best = outcome;
  }
  result.add('contains', place);
  if (best) result.merge(best);
}

function object(schema: Schema, value: RegoObject, result: Result, place: Place): void {
  if (schema.minProperties !== undefined && value.size < schema.minProperties) {
    result.add('array_min_properties', place, { min: schema.minProperties });
  }
  if (schema.maxProperties !== undefined && value.size > schema.maxProperties) {
    result.add('array_max_properties', place, { max: schema.maxProperties });
  }
  for (const property of schema.required) {
    if (value.has(property)) result.score += 1;
    else result.add('required', place, { property });
  }
  for (const [key, part] of value.entries() as Generator<[string, Value]>) {
    const described = schema.properties.has(key);
    if (patternProperties(schema, key, part, result, place) || described) continue;
    const { additionalProperties } = schema;
    if (additionalProperties === false)
      result.add('additional_property_not_allowed', place, { property: key });
    else if (typeof additionalProperties === 'object') {
      result.merge(checked(additionalProperties, part, below(place, key)));
    }
  }
  if (schema.propertyNames) {
    for (const key of value.keys() as readonly string[]) {
      const outcome = checked(schema.propertyNames, key, place);
      if (outcome.valid) continue;
      result.add('invalid_property_name', place, { property: key });
      result.merge(outcome);
    }
  }
  result.score += 1;
}

function patternProperties(schema: Schema, key: string, part: Value, result: Result, place: Place): boolean {
  let matched = false;
  for (const { pattern, schema: under } of schema.patternProperties) {
    if (!pattern.test(key)) continue;
    matched = true;
    result.merge(checked(under, part, below(place, key)));
  }
  if (matched) result.score += 1;
  return matched;
}
