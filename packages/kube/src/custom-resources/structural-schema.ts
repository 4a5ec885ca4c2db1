import type { FieldErrors } from '../admission/field-errors.ts';
import { compileRule } from '../schema/cel-rules.ts';
import { isRecord, type JsonSchema } from '../schema/json-schema.ts';
import { patternTest } from '../schema/pattern.ts';

const types = new Set(['object', 'array', 'string', 'integer', 'number', 'boolean']);

function tryTo(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Checks that a user's schema is structural, so that it can be held against objects and prune them: every value has a type, and
 * what Kubernetes forbids is not there.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export function checkStructural(schema: unknown, path: string, errors: FieldErrors): void {
  if (!isRecord(schema)) {
    errors.wrongType(path, schema, 'must be an object');
    return;
  }
  const { type, properties, additionalProperties, items } = schema;
  const open =
    schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (type === undefined || type === '') {
    if (!open) errors.required(`${path}.type`, 'must not be empty for specified object fields');
  } else if (!types.has(String(type))) {
    errors.notSupported(`${path}.type`, type, [...types]);
  }
  for (const keyword of [
    '$ref',
    'definitions',
    'dependencies',
    'patternProperties',
    'additionalItems',
    'id',
  ]) {
    if (schema[keyword] !== undefined) errors.forbidden(`${path}.${keyword}`, `${keyword} is not supported`);
  }
  if (schema.uniqueItems === true) {
    errors.forbidden(
      `${path}.uniqueItems`,
      'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
    );
  }
  if (additionalProperties === false) {
    errors.forbidden(`${path}.additionalProperties`, 'additionalProperties cannot be set to false');
  }
  if (isRecord(properties) && isRecord(additionalProperties)) {
    errors.forbidden(
      `${path}.additionalProperties`,
      'additionalProperties and properties are mutual exclusive',
    );
  }
  if (type === 'array' && items === undefined) errors.required(`${path}.items`, 'must be specified');
  if (schema['x-kubernetes-list-type'] === 'map' && !Array.isArray(schema['x-kubernetes-list-map-keys'])) {
    errors.required(
      `${path}.x-kubernetes-list-map-keys`,
      'must not be empty if x-kubernetes-list-type is map',
    );
  }
  checkExpressions(schema as JsonSchema, path, errors);
  for (const [field, below] of Object.entries(isRecord(properties) ? properties : {})) {
    checkStructural(below, `${path}.properties[${field}]`, errors);
  }
  if (isRecord(additionalProperties))
    checkStructural(additionalProperties, `${path}.additionalProperties`, errors);
  if (items !== undefined) checkStructural(items, `${path}.items`, errors);
}

function checkExpressions(schema: JsonSchema, path: string, errors: FieldErrors): void {
  const { pattern } = schema;
  if (typeof pattern === 'string') {
    const wrong = tryTo(() => patternTest(pattern));
    if (wrong)
      errors.invalid(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: ${wrong}`);
  }
  const rules = schema['x-kubernetes-validations'];
  if (rules === undefined) return;
  if (!Array.isArray(rules)) {
    errors.wrongType(`${path}.x-kubernetes-validations`, rules, 'must be a list');
    return;
  }
  for (const [index, rule] of rules.entries()) {
    const place = `${path}.x-kubernetes-validations[${index}]`;
    if (!isRecord(rule) || typeof rule.rule !== 'string' || rule.rule.trim() === '') {
      errors.required(`${place}.rule`, 'rule is not specified');
      continue;
    }
    for (const part of ['rule', 'messageExpression'] as const) {
      const expression = rule[part];
      if (typeof expression !== 'string') continue;
      const wrong = tryTo(() => compileRule(expression));
      if (wrong) errors.invalid(`${place}.${part}`, expression, `compilation failed: ${wrong}`);
    }
  }
}
