import { createRequire } from 'node:module';
import type { FieldErrors } from '../admission/field-errors.ts';
import { isRecord, type JsonSchema, type ValidationRule } from './json-schema.ts';

const require = createRequire(import.meta.url);

type Evaluate = (bindings: Record<string, unknown>) => unknown;

const plans = new Map<string, Evaluate>();
const maxPlans = 2000;

/** Loads the CEL library, which takes some 100 ms, with the first rule. */
function library() {
  const cel = require('@bufbuild/cel') as typeof import('@bufbuild/cel');
  const { strings } = require('@bufbuild/cel/ext') as typeof import('@bufbuild/cel/ext');
  return { cel, env: cel.celEnv({ funcs: [...strings] }) };
}

let loaded: ReturnType<typeof library> | undefined;

/** A user's CEL expression, ready to run. Throws Error when it does not parse. */
export function compileRule(expression: string): Evaluate {
  let plan = plans.get(expression);
  if (!plan) {
    loaded ??= library();
    const { cel, env } = loaded;
    const run = cel.plan(env, cel.parse(expression)) as (bindings: unknown) => unknown;
    plan = (bindings) => {
      const result = run(bindings);
      if (cel.isCelError(result)) throw result;
      return result;
    };
    if (plans.size >= maxPlans) plans.clear();
    plans.set(expression, plan);
  }
  return plan;
}

/** JSON as CEL sees it by the schema: whole numbers are ints where an integer is due. */
function celValue(schema: JsonSchema | undefined, value: unknown): unknown {
  if (typeof value === 'number') {
    const whole =
      schema?.type === 'integer' || schema?.['x-kubernetes-int-or-string'] || schema?.type === undefined;
    return whole && Number.isInteger(value) ? BigInt(value) : value;
  }
  if (Array.isArray(value)) return value.map((item) => celValue(schema?.items, item));
  if (!isRecord(value)) return value;
  const { properties = {}, additionalProperties } = schema ?? {};
  return new Map(
    Object.entries(value).map(([field, below]) => {
      const known = Object.hasOwn(properties, field) ? properties[field] : undefined;
      const other = isRecord(additionalProperties) ? (additionalProperties as JsonSchema) : undefined;
      return [field, celValue(known ?? other, below)];
    }),
  );
}

/**
 * Holds a value against the CEL rules (`x-kubernetes-validations`) of its schema and of those below. A rule that names `oldSelf` is
 * asked only where there was a value before.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules
 */
export function validateRules(
  schema: JsonSchema,
  value: unknown,
  old: unknown,
  path: string,
  errors: FieldErrors,
): void {
  if (value === null || value === undefined) return;
  for (const rule of schema['x-kubernetes-validations'] ?? [])
    checkRule(rule, schema, value, old, path, errors);
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items || !hasRules(items)) return;
    const before = counterparts(schema, old);
    for (const [index, item] of value.entries()) {
      validateRules(items, item, before(item), `${path}[${index}]`, errors);
    }
  } else if (isRecord(value)) {
    const { properties = {}, additionalProperties } = schema;
    for (const [field, below] of Object.entries(value)) {
      const known = Object.hasOwn(properties, field) ? properties[field] : undefined;
      const of = known ?? (isRecord(additionalProperties) ? (additionalProperties as JsonSchema) : undefined);
      if (!of || !hasRules(of)) continue;
      const before = isRecord(old) && Object.hasOwn(old, field) ? old[field] : undefined;
      validateRules(of, below, before, path === '' ? field : `${path}.${field}`, errors);
    }
  }
}

const withRules = new WeakMap<JsonSchema, boolean>();

function hasRules(schema: JsonSchema): boolean {
  let found = withRules.get(schema);
  if (found === undefined) {
    const { properties = {}, additionalProperties, items } = schema;
    const below = [
      ...Object.values(properties),
      ...(isRecord(additionalProperties) ? [additionalProperties] : []),
      items,
    ];
    found =
      (schema['x-kubernetes-validations']?.length ?? 0) > 0 ||
      below.some((one) => one !== undefined && hasRules(one as JsonSchema));
    withRules.set(schema, found);
  }
  return found;
}

/** Items of a keyed list have a past; those of others are told by nothing. */
function counterparts(schema: JsonSchema, old: unknown): (item: unknown) => unknown {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] !== 'map' || !keys || !Array.isArray(old)) return () => undefined;
  const identity = (item: unknown) => JSON.stringify(isRecord(item) ? keys.map((key) => item[key]) : item);
  const byKey = new Map(old.map((item) => [identity(item), item]));
  return (item) => byKey.get(identity(item));
}

function checkRule(
  rule: ValidationRule,
  schema: JsonSchema,
  value: unknown,
  old: unknown,
  path: string,
  errors: FieldErrors,
): void {
  const transition = /\boldSelf\b/.test(rule.rule);
  if (transition && old === undefined) return;
  const bindings = {
    self: celValue(schema, value),
    ...(old !== undefined && { oldSelf: celValue(schema, old) }),
  };
  const field = rule.fieldPath
    ? path + (rule.fieldPath.startsWith('.') ? rule.fieldPath : `.${rule.fieldPath}`)
    : path;
  const place = field.replace(/^\./, '') || '<nil>';
  const type = schema.type ?? 'object';
  try {
    if (compileRule(rule.rule)(bindings) === true) return;
  } catch (error) {
    errors.invalid(place, type, `rule evaluation error: ${(error as Error).message}: rule: ${rule.rule}`);
    return;
  }
  const message = messageOf(rule, bindings);
  if (rule.reason === 'FieldValueRequired') errors.required(place, message);
  else if (rule.reason === 'FieldValueForbidden') errors.forbidden(place, message);
  else if (rule.reason === 'FieldValueDuplicate') errors.duplicate(place, type);
  else errors.invalid(place, type, message);
}

function messageOf(
  { rule, message, messageExpression }: ValidationRule,
  bindings: Record<string, unknown>,
): string {
  if (messageExpression) {
    try {
      const text = compileRule(messageExpression)(bindings);
      if (typeof text === 'string' && text.trim() !== '' && !text.includes('\n')) return text;
    } catch {
      // As Kubernetes: the message, or the rule, stands in.
    }
  }
  return message ?? `failed rule: ${rule.trim()}`;
}
