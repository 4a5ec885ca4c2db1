import { z } from 'zod';

type Optional<O extends z.ZodRawShape> = { [K in keyof O]: z.ZodOptional<O[K]> };

/**
 * A strict object: unknown fields are errors. Go decodes an absent field to its zero value, so absence is never a
 * structural error; `required` fields are those that Tekton's own validation demands ("missing field(s)"), and
 * their types are therefore not optional for code that runs after validation.
 */
export function shape<R extends z.ZodRawShape, O extends z.ZodRawShape>(
  required: R,
  optional: O,
): z.ZodObject<R & Optional<O>, z.core.$strict> {
  const fields: Record<string, z.core.SomeType> = {};
  for (const [name, schema] of Object.entries({ ...required, ...optional }))
    fields[name] = z.optional(schema);
  return z.strictObject(fields) as unknown as z.ZodObject<R & Optional<O>, z.core.$strict>;
}

export const text = z.string();
export const flag = z.boolean();
export const integer = z.int();
export const texts = z.array(z.string());
export const textMap = z.record(z.string(), z.string());
/** Parts of Kubernetes' pod API that are carried along, not interpreted. */
export const jsonObject = z.record(z.string(), z.unknown());
/** A Go duration as text (`1h30m`, `90s`, `0`); its grammar is checked by validation. */
export const duration = z.string();
/** Kubernetes' IntOrString and Quantity. */
export const textOrNumber = z.union([z.string(), z.number()]);
