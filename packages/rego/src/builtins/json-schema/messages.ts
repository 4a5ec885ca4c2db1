/** The details a message is filled in with. */
export type Details = Record<string, string | number>;

/**
 * What can be wrong with a document: the `type` of the error and its text, with the details' names in braces. Users match on both;
 * they are those of github.com/xeipuuv/gojsonschema, which OPA uses.
 */
export const violations = {
  false: 'False always fails validation',
  required: '{property} is required',
  invalid_type: 'Invalid type. Expected: {expected}, given: {given}',
  number_any_of: 'Must validate at least one schema (anyOf)',
  number_one_of: 'Must validate one and only one schema (oneOf)',
  number_all_of: 'Must validate all the schemas (allOf)',
  number_not: 'Must not validate the schema (not)',
  missing_dependency: 'Has a dependency on {dependency}',
  const: '{field} does not match: {allowed}',
  enum: '{field} must be one of the following: {allowed}',
  array_no_additional_items: 'No additional items allowed on array',
  array_min_items: 'Array must have at least {min} items',
  array_max_items: 'Array must have at most {max} items',
  unique: '{type} items[{i},{j}] must be unique',
  contains: 'At least one of the items must match',
  array_min_properties: 'Must have at least {min} properties',
  array_max_properties: 'Must have at most {max} properties',
  additional_property_not_allowed: 'Additional property {property} is not allowed',
  invalid_property_name: 'Property name of "{property}" does not match',
  string_gte: 'String length must be greater than or equal to {min}',
  string_lte: 'String length must be less than or equal to {max}',
  pattern: "Does not match pattern '{pattern}'",
  format: "Does not match format '{format}'",
  multiple_of: 'Must be a multiple of {multiple}',
  number_gte: 'Must be greater than or equal to {min}',
  number_gt: 'Must be greater than {min}',
  number_lte: 'Must be less than or equal to {max}',
  number_lt: 'Must be less than {max}',
  condition_then: 'Must validate "then" as "if" was valid',
  condition_else: 'Must validate "else" as "if" was not valid',
} as const;

export type ViolationType = keyof typeof violations;

/** The text with each `{name}` replaced by the detail of that name. */
export function filled(text: string, details: Details): string {
  return text.replace(/\{([a-z]+)\}/g, (_, name: string) => String(details[name] ?? '<no value>'));
}

/** A schema that is not one. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

export const problems = {
  notASchema: () => new SchemaError('Expected: schema, given: Invalid JSON'),
  invalidType: (expected: string, given: string) =>
    new SchemaError(`Invalid type. Expected: ${expected}, given: ${given}`),
  mustBeOfA: (x: string, y: string) => new SchemaError(`${x} must be of a ${y}`),
  mustBeOfAn: (x: string, y: string) => new SchemaError(`${x} must be of an ${y}`),
  mustBeOfType: (key: string, type: string) => new SchemaError(`${key} must be of type ${type}`),
  cannotBeUsedWithout: (x: string, y: string) => new SchemaError(`${x} cannot be used without ${y}`),
  cannotBeGreater: (x: string, y: string) => new SchemaError(`${x} cannot be greater than ${y}`),
  mustNotBeNegative: (key: string) => new SchemaError(`${key} must be greater than or equal to 0`),
  mustBePositive: (key: string) => new SchemaError(`${key} must be strictly greater than 0`),
  mustBeUnique: (key: string) => new SchemaError(`${key} items must be unique`),
  duplicatedType: (type: string) => new SchemaError(`${type} type is duplicated`),
  invalidPattern: (pattern: string) => new SchemaError(`Invalid regex pattern '${pattern}'`),
  mustBeRegex: (key: string) => new SchemaError(`${key} must be a valid regex`),
  unknownType: (given: string) =>
    new SchemaError(
      `has a primitive type that is NOT VALID -- given: /${given}/ Expected valid values are:[${schemaTypes.join(' ')}]`,
    ),
} as const;

/** The types a schema may ask for. */
export const schemaTypes = ['array', 'boolean', 'integer', 'number', 'null', 'object', 'string'] as const;
