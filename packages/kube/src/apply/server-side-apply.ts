import { timestamp } from '../clock.ts';
import { KubeError, type StatusCause } from '../error.ts';
import type { ResourceType } from '../object.ts';
import { type AnyObject, apiVersionOf } from '../resource.ts';
import { schemaOfResource } from '../schema/resource-schema.ts';
import { difference, FieldSet, pathText, union } from './field-set.ts';
import { compare, fieldsGiven, mergeValues, removeUnowned } from './field-sets-of-values.ts';
import { ManagedFields, type Manager, withManagedFields, withoutIgnored } from './managed-fields.ts';

export interface ApplyOptions {
  fieldManager: string;
  /** Takes over what others own instead of failing. */
  force: boolean;
  subresource?: 'status' | undefined;
  /** Milliseconds. */
  now: number;
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The object that comes of applying a configuration to a live one, or to none, with its `managedFields`; the configuration is
 * the requester's. https://kubernetes.io/docs/reference/using-api/server-side-apply/
 * @throws KubeError Conflict with a cause for each field that another manager owns and the configuration would change
 */
export function serverSideApply(
  resource: ResourceType,
  live: AnyObject | undefined,
  config: AnyObject,
  options: ApplyOptions,
): AnyObject {
  const { now, subresource } = options;
  const manager: Manager = {
    name: options.fieldManager,
    operation: 'Apply',
    apiVersion: apiVersionOf(resource),
    subresource,
  };
  const schema = schemaOfResource(resource);
  const wanted = applicable(resource, config, subresource);
  const bare = { apiVersion: config.apiVersion, kind: config.kind, metadata: {} };
  const before = live ? withManagedFields(live, []) : bare;
  const managed = ManagedFields.of(live?.metadata.managedFields);
  if (live && managed.empty) {
    const earlier = withoutIgnored(compare(schema, bare, before).added);
    const owner = {
      ...manager,
      name: 'before-first-apply',
      operation: 'Update' as const,
      subresource: undefined,
    };
    managed.set(owner, earlier, timestamp(now));
  }
  const last = managed.get(manager) ?? new FieldSet();
  const set = withoutIgnored(fieldsGiven(schema, wanted));
  const merged = mergeValues(schema, before, wanted);
  managed.set(manager, set, timestamp(now));
  const after = removeUnowned(schema, merged, last, managed.all()) as AnyObject;
  const { added, modified, removed } = compare(schema, before, after);
  const changed = union(added, modified);
  const conflicts = managed.conflicts(manager, changed);
  const allowed =
    options.fieldManager === 'kubectl' && live && conflicts.length > 0
      ? fieldsOfClientSideApply(resource, before)
      : new FieldSet();
  const real = conflicts
    .map((conflict) => ({ ...conflict, set: difference(conflict.set, allowed) }))
    .filter((conflict) => !conflict.set.empty);
  if (real.length > 0 && !options.force) throw conflictError(real);
  for (const conflict of conflicts) managed.take(manager, conflict.set);
  managed.take(manager, withoutIgnored(removed));
  const same = changed.empty && removed.empty;
  const unchanged = same && live && sameSet(last, set);
  return withManagedFields(after, unchanged ? (live.metadata.managedFields ?? []) : managed.entries());
}

function sameSet(a: FieldSet, b: FieldSet): boolean {
  return difference(a, b).empty && difference(b, a).empty;
}

/** What of a configuration counts: through the main resource all but status, through the subresource status alone. */
function applicable(resource: ResourceType, config: AnyObject, subresource: 'status' | undefined): AnyObject {
  const { status, ...rest } = config;
  const { managedFields: _, ...metadata } = config.metadata;
  if (subresource) {
    const { apiVersion, kind } = config;
    const { name, namespace } = config.metadata;
    const identity = { ...(name && { name }), ...(namespace && { namespace }) };
    return { apiVersion, kind, metadata: identity, ...(status !== undefined && { status }) };
  }
  const kept = { ...rest, metadata } as AnyObject;
  return resource.hasStatus || status === undefined ? kept : { ...kept, status };
}

/** The fields that kubectl's own client-side apply left behind, as far as they are still what it wrote. */
function fieldsOfClientSideApply(resource: ResourceType, live: AnyObject): FieldSet {
  const text = live.metadata.annotations?.[lastApplied];
  if (!text) return new FieldSet();
  try {
    const config = JSON.parse(text) as AnyObject;
    const schema = schemaOfResource(resource);
    const { added, modified, removed } = compare(schema, config, live);
    return difference(fieldsGiven(schema, config), union(union(added, modified), removed));
  } catch {
    return new FieldSet();
  }
}

function managerText(
  { name, operation, apiVersion, subresource }: Manager,
  time: string | undefined,
): string {
  const who = JSON.stringify(name) + (subresource ? ` with subresource ${JSON.stringify(subresource)}` : '');
  if (operation === 'Apply') return who;
  return `${who} using ${apiVersion}${time === undefined ? '' : ` at ${time}`}`;
}

function conflictError(
  conflicts: readonly { manager: Manager; time: string | undefined; set: FieldSet }[],
): KubeError {
  const found = conflicts
    .map(({ manager, time, set }) => ({
      who: managerText(manager, time),
      paths: Array.from(set.paths(), pathText),
    }))
    .sort((a, b) => (a.who < b.who ? -1 : 1));
  const causes: StatusCause[] = found.flatMap(({ who, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${who}`, field })),
  );
  const [first] = causes as [StatusCause];
  const message =
    causes.length === 1
      ? `Apply failed with 1 conflict: ${first.message}: ${first.field}`
      : `Apply failed with ${causes.length} conflicts: ${found
          .map(({ who, paths }) => [`conflicts with ${who}:`, ...paths.map((path) => `- ${path}`)].join('\n'))
          .join('\n')}`;
  return new KubeError('Conflict', message, { details: { causes } });
}
