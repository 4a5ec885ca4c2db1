import { parseDocument } from 'yaml';
import { z } from 'zod';
import { PolicyError } from '../error.ts';

const componentSchema = z.looseObject({
  name: z.string().default(''),
  containerImage: z.string().min(1),
  /** `{git: {url, revision, ...}}`. */
  source: z.record(z.string(), z.unknown()).default({}),
});
/** One image of a Snapshot. */
export type SnapshotComponent = z.infer<typeof componentSchema>;

const snapshotSchema = z.looseObject({
  application: z.string().default(''),
  displayName: z.string().optional(),
  components: z.array(componentSchema).default([]),
});
/** `spec` of a Konflux Snapshot: the images that are judged together. */
export type SnapshotSpec = z.infer<typeof snapshotSchema>;

/** The component of an image that was named alone. */
export const unnamedComponent = 'Unnamed';

/**
 * Reads a Snapshot from JSON or YAML: a whole object, or its `spec`. Untrusted.
 * @param place names the text in errors
 * @throws PolicyError InvalidSnapshot
 */
export function readSnapshot(text: string, place: string): SnapshotSpec {
  const document = parseDocument(text, { logLevel: 'silent' });
  const [error] = document.errors;
  if (error) throw invalid(place, error.message.trim());
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  const spec = isObject(value) && isObject(value.spec) ? value.spec : value;
  const parsed = snapshotSchema.safeParse(spec);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(place, `${issue!.path.join('.') || 'snapshot'}: ${issue!.message}`);
  }
  return parsed.data;
}

function invalid(place: string, problem: string): PolicyError {
  return new PolicyError('InvalidSnapshot', `${place}: ${problem}`, {
    hint: 'a snapshot has components, each with name and containerImage',
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A Snapshot of one image. */
export function snapshotOfImage(reference: string): SnapshotSpec {
  return { application: '', components: [{ name: unnamedComponent, containerImage: reference, source: {} }] };
}

/** One Snapshot of several: each image once, under the first name that is one. */
export function mergeSnapshots(snapshots: readonly SnapshotSpec[]): SnapshotSpec {
  const merged: SnapshotSpec = { application: '', components: [] };
  for (const { application, components, ...rest } of snapshots) {
    for (const [key, value] of Object.entries(rest)) merged[key] ??= value;
    merged.application ||= application;
    for (const component of components) {
      const at = merged.components.findIndex((known) => known.containerImage === component.containerImage);
      if (at < 0) merged.components.push(component);
      else if (isNameless(merged.components[at]!)) {
        merged.components[at] = { ...merged.components[at]!, name: component.name };
      }
    }
  }
  return merged;
}

function isNameless({ name }: SnapshotComponent): boolean {
  return name === '' || name === unnamedComponent;
}
