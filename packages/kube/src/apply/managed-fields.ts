import { timestamp } from '../clock.ts';
import type { ManagedFieldsEntry } from '../object.ts';
import type { AnyObject } from '../resource.ts';
import { difference, FieldSet, fieldSetOf, intersection, union } from './field-set.ts';
import { compare } from './field-sets-of-values.ts';
import type { MaybeSchema } from './merge-kind.ts';

/** Who writes, and how. */
export interface Manager {
  name: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  subresource?: string | undefined;
}

interface ManagedSet {
  manager: Manager;
  time: string | undefined;
  set: FieldSet;
}

/** Kubernetes keeps at most so many managers that update; older ones become one. */
const maxUpdateManagers = 10;
const maxManagerName = 128;

/** Never owned by anybody: what identifies the object, and what the server keeps. */
const ignored = fieldSetOf({
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    '.': {},
    'f:name': {},
    'f:namespace': {},
    'f:creationTimestamp': {},
    'f:selfLink': {},
    'f:uid': {},
    'f:generation': {},
    'f:managedFields': {},
    'f:resourceVersion': {},
    'f:deletionTimestamp': {},
    'f:deletionGracePeriodSeconds': {},
  },
});

export function withoutIgnored(set: FieldSet): FieldSet {
  return difference(set, ignored);
}

function identifier({ name, operation, apiVersion, subresource = '' }: Manager): string {
  return JSON.stringify([name, operation, operation === 'Update' ? apiVersion : '', subresource]);
}

/** `metadata.managedFields` as sets. What is malformed counts for nothing: the value may be a requester's. */
export class ManagedFields {
  readonly #sets = new Map<string, ManagedSet>();

  static of(entries: unknown): ManagedFields {
    const managed = new ManagedFields();
    if (!Array.isArray(entries)) return managed;
    for (const entry of entries as (ManagedFieldsEntry | null)[]) {
      if (typeof entry !== 'object' || entry === null) continue;
      if (entry.operation !== 'Apply' && entry.operation !== 'Update') continue;
      const manager: Manager = {
        name: String(entry.manager ?? ''),
        operation: entry.operation,
        apiVersion: String(entry.apiVersion ?? ''),
        ...(entry.subresource && { subresource: String(entry.subresource) }),
      };
      managed.#sets.set(identifier(manager), {
        manager,
        time: typeof entry.time === 'string' ? entry.time : undefined,
        set: fieldSetOf(entry.fieldsV1),
      });
    }
    return managed;
  }

  get empty(): boolean {
    return this.#sets.size === 0;
  }

  get(manager: Manager): FieldSet | undefined {
    return this.#sets.get(identifier(manager))?.set;
  }

  /** Everybody else's fields among `fields`, by manager. */
  conflicts(
    manager: Manager,
    fields: FieldSet,
  ): { manager: Manager; time: string | undefined; set: FieldSet }[] {
    return [...this.#sets]
      .filter(([key]) => key !== identifier(manager))
      .map(([, entry]) => ({ ...entry, set: intersection(entry.set, fields) }))
      .filter(({ set }) => !set.empty);
  }

  /** Takes fields away from everybody but the manager. */
  take(manager: Manager, fields: FieldSet): void {
    for (const [key, entry] of this.#sets) {
      if (key === identifier(manager)) continue;
      const left = difference(entry.set, fields);
      if (left.empty) this.#sets.delete(key);
      else this.#sets.set(key, { ...entry, set: left });
    }
  }

  set(manager: Manager, set: FieldSet, time: string): void {
    const name = manager.name.slice(0, maxManagerName) || 'unknown';
    const key = identifier({ ...manager, name });
    if (set.empty) this.#sets.delete(key);
    else this.#sets.set(key, { manager: { ...manager, name }, time, set });
    this.#cap();
  }

  /** All that anybody owns. */
  all(): FieldSet {
    return [...this.#sets.values()].reduce((sum, { set }) => union(sum, set), new FieldSet());
  }

  entries(): ManagedFieldsEntry[] {
    return [...this.#sets.values()]
      .sort(
        (a, b) =>
          Number(a.manager.operation === 'Update') - Number(b.manager.operation === 'Update') ||
          order(a.time ?? '', b.time ?? '') ||
          order(a.manager.name, b.manager.name),
      )
      .map(({ manager, time, set }) => ({
        manager: manager.name,
        operation: manager.operation,
        apiVersion: manager.apiVersion,
        ...(time !== undefined && { time }),
        fieldsType: 'FieldsV1' as const,
        fieldsV1: set.toJSON(),
        ...(manager.subresource && { subresource: manager.subresource }),
      }));
  }

  #cap(): void {
    const updates = [...this.#sets].filter(([, { manager }]) => manager.operation === 'Update');
    if (updates.length <= maxUpdateManagers) return;
    updates.sort(([, a], [, b]) => order(a.time ?? '', b.time ?? ''));
    const [first, second] = updates as [[string, ManagedSet], [string, ManagedSet]];
    this.#sets.delete(first[0]);
    this.#sets.delete(second[0]);
    const manager: Manager = { ...second[1].manager, name: 'ancient-changes' };
    const key = identifier(manager);
    const old = this.#sets.get(key)?.set ?? new FieldSet();
    const set = union(old, union(first[1].set, second[1].set));
    this.#sets.set(key, { manager, time: second[1].time, set });
  }
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The object with these entries, and no others. */
export function withManagedFields(object: AnyObject, entries: readonly ManagedFieldsEntry[]): AnyObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: entries.length > 0 ? { ...metadata, managedFields: [...entries] } : metadata,
  };
}

export interface TrackOptions {
  schema: MaybeSchema;
  manager: Manager;
  /** Milliseconds. */
  now: number;
  /** False leaves an object alone of which nobody has kept track so far. */
  always: boolean;
}

/** An updated object with its managedFields as the update leaves them: what changed is now the manager's. */
export function trackUpdate(
  change: { before: AnyObject | undefined; after: AnyObject },
  { schema, manager, now, always }: TrackOptions,
): AnyObject {
  const { before, after } = change;
  const sent: unknown = after.metadata.managedFields;
  const reset = Array.isArray(sent) && before !== undefined && (sent.length === 0 || isBlank(sent));
  let managed = ManagedFields.of(before?.metadata.managedFields);
  const given = ManagedFields.of(sent);
  if (reset) return withManagedFields(after, []);
  // A client may hand ownership over by writing the field itself, though not through a subresource.
  const rewritten = !given.empty && !manager.subresource && before !== undefined;
  if (rewritten) managed = given;
  if (managed.empty && !(always && before === undefined)) return withManagedFields(after, []);
  const { added, modified, removed } = compare(
    schema,
    before ? withManagedFields(before, []) : { apiVersion: after.apiVersion, kind: after.kind, metadata: {} },
    withManagedFields(after, []),
  );
  const changed = withoutIgnored(union(added, modified));
  const gone = withoutIgnored(removed);
  if (changed.empty && gone.empty) return withManagedFields(after, managed.entries());
  managed.take(manager, union(changed, gone));
  const own = managed.get(manager);
  if (own || !changed.empty) {
    managed.set(manager, difference(union(own ?? new FieldSet(), changed), gone), timestamp(now));
  }
  return withManagedFields(after, managed.entries());
}

function isBlank(entries: unknown[]): boolean {
  const [only] = entries;
  return entries.length === 1 && typeof only === 'object' && only !== null && Object.keys(only).length === 0;
}
