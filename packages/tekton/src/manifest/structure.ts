import type { z } from 'zod';
import { fieldsOf } from '../conversion/fields.ts';
import { refusedFields } from '../conversion/refused.ts';
import { isOlderVersion } from '../conversion/to-v1.ts';
import { customRunSchema } from '../types/customrun.ts';
import { objectMetaSchema } from '../types/metadata.ts';
import { pipelineSchema } from '../types/pipeline.ts';
import { pipelineRunSchema } from '../types/pipelinerun.ts';
import { stepActionSchema, taskSchema } from '../types/task.ts';
import { taskRunSchema } from '../types/taskrun.ts';
import { v1beta1Schemas } from '../types/v1beta1.ts';
import { verificationPolicySchema } from '../types/verification-policy.ts';
import { parsePath } from './locate.ts';
import { suggest } from './suggest.ts';

const schemas: Record<string, z.ZodType> = {
  'tekton.dev/v1 Task': taskSchema,
  'tekton.dev/v1 Pipeline': pipelineSchema,
  'tekton.dev/v1 TaskRun': taskRunSchema,
  'tekton.dev/v1 PipelineRun': pipelineRunSchema,
  'tekton.dev/v1beta1 StepAction': stepActionSchema,
  ...Object.fromEntries(
    Object.entries(v1beta1Schemas).map(([kind, schema]) => [`tekton.dev/v1beta1 ${kind}`, schema]),
  ),
  'tekton.dev/v1alpha1 StepAction': stepActionSchema,
  'tekton.dev/v1beta1 CustomRun': customRunSchema,
  'tekton.dev/v1alpha1 VerificationPolicy': verificationPolicySchema,
};

/** A field that its kind does not have, or a value of the wrong type. */
export interface StructureProblem {
  /** Keys and indexes from the object's root. */
  path: (string | number)[];
  /** True when the place is the field's name rather than its value. */
  atKey: boolean;
  message: string;
  hint?: string;
}

/** The schema of a Tekton kind; undefined for kinds that are not Tekton's. */
export function schemaOf(apiVersion: string, kind: string): z.ZodType | undefined {
  return schemas[`${apiVersion} ${kind}`];
}

export const tektonKinds: readonly string[] = Object.keys(schemas);

/** `a.b[0].c` of a path. */
export function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

/** Checks the shape of one object: its schema for a Tekton kind, otherwise its metadata. */
export function checkStructure(object: Record<string, unknown>): StructureProblem[] {
  const kind = String(object.kind);
  const schema = schemaOf(String(object.apiVersion), kind);
  const base = schema === undefined ? ['metadata'] : [];
  const checked = schema ?? objectMetaSchema;
  const value = schema === undefined ? (object.metadata ?? {}) : object;
  const result = checked.safeParse(value, { reportInput: true });
  if (result.success) return schema === undefined ? [] : refusedOf(object);
  return result.error.issues.flatMap((issue) => problemsOf(issue, base, checked, kind));
}

/**
 * The object with fields named as its kind names them. As Go reads JSON, upper and lower case do not matter in the names
 * of Tekton's fields; where a field stands in both spellings, the right one counts and the other is an unknown field.
 */
export function withCanonicalFields(object: Record<string, unknown>): Record<string, unknown> {
  const schema = schemaOf(String(object.apiVersion), String(object.kind));
  if (schema === undefined) return object;
  let copy = object;
  for (let round = 0; round < mostRounds; round++) {
    const result = schema.safeParse(copy);
    const renames = result.success ? [] : result.error.issues.flatMap((issue) => renamesOf(issue, schema));
    if (renames.length === 0) return copy;
    if (round === 0) copy = structuredClone(object);
    const done = renames.filter(({ path, from, to }) => rename(copy, path, from, to));
    if (done.length === 0) return copy;
  }
  return copy;
}

/** How deep misspelt fields may lie within misspelt fields. */
const mostRounds = 16;

function renamesOf(
  issue: Issue,
  schema: z.ZodType,
): Array<{ path: readonly PropertyKey[]; from: string; to: string }> {
  if (issue.code !== 'unrecognized_keys') return [];
  const known = new Map(knownFields(schema, issue.path).map((name) => [name.toLowerCase(), name]));
  return issue.keys.flatMap((from) => {
    const to = known.get(from.toLowerCase());
    return to === undefined ? [] : [{ path: issue.path, from, to }];
  });
}

function rename(object: unknown, path: readonly PropertyKey[], from: string, to: string): boolean {
  const owner = path.reduce((at, part) => (at as Record<PropertyKey, unknown>)[part], object) as Record<
    string,
    unknown
  >;
  if (Object.hasOwn(owner, to)) return false;
  owner[to] = owner[from];
  delete owner[from];
  return true;
}

/** What an older API version could say and no longer may. */
function refusedOf(object: Record<string, unknown>): StructureProblem[] {
  if (!isOlderVersion({ apiVersion: String(object.apiVersion), kind: String(object.kind) })) return [];
  return refusedFields(String(object.kind), fieldsOf(object.spec)).map((paths) => ({
    path: parsePath(paths[0] ?? 'spec'),
    atKey: true,
    message: `must not set the field(s): ${paths.join(', ')}`,
  }));
}

type Issue = z.core.$ZodIssue;

function problemsOf(issue: Issue, base: string[], schema: z.ZodType, kind: string): StructureProblem[] {
  const path = [...base, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
  if (issue.code === 'unrecognized_keys') {
    const known = knownFields(schema, issue.path);
    return issue.keys.map((key) => {
      const own = [...path, key];
      const problem: StructureProblem = {
        path: own,
        atKey: true,
        message: `unknown field ${JSON.stringify(pathText(own))}`,
      };
      const hint = suggest(kind, pathText(own), key, known);
      return hint === undefined ? problem : { ...problem, hint };
    });
  }
  return [typeProblem(issue, path)];
}

function typeProblem(issue: Issue, path: (string | number)[]): StructureProblem {
  const got = describe(issue.input);
  const expected =
    issue.code === 'invalid_type' ? (nouns[issue.expected] ?? issue.expected) : 'text or a number';
  const problem: StructureProblem = {
    path,
    atKey: false,
    message: `${pathText(path)} must be ${expected}, not ${got}`,
  };
  if (issue.code === 'invalid_type' && issue.expected === 'string' && isScalar(issue.input)) {
    problem.hint = `quote it: ${JSON.stringify(String(issue.input))}`;
  }
  return problem;
}

const nouns: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

function isScalar(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  if (typeof value === 'string')
    return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value)}`;
  return typeof value === 'number' ? `the number ${value}` : String(value);
}

/** The fields that a schema has at a path. */
function knownFields(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: unknown = schema;
  for (const part of path) at = below(at, part);
  const { def } = unwrap(at);
  return 'shape' in def ? Object.keys(def.shape as object) : [];
}

interface Definition {
  type: string;
  innerType?: unknown;
  getter?: unknown;
  element?: unknown;
  valueType?: unknown;
  shape?: unknown;
}

function unwrap(schema: unknown): { def: Definition } {
  let at = schema as { def: Definition };
  for (;;) {
    if (at.def.type === 'optional') at = at.def.innerType as { def: Definition };
    else if (at.def.type === 'lazy') at = (at.def.getter as () => { def: Definition })();
    else return at;
  }
}

function below(schema: unknown, part: PropertyKey): unknown {
  const { def } = unwrap(schema);
  if (def.element !== undefined) return def.element;
  if (def.valueType !== undefined) return def.valueType;
  return (def.shape as Record<PropertyKey, unknown>)[part];
}
