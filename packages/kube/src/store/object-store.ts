import type { DeleteOptions } from '../client/client.ts';
import type { Clock } from '../clock.ts';
import { timestamp } from '../clock.ts';
import { KubeError } from '../error.ts';
import type { ObjectKey, ResourceType } from '../object.ts';
import { type AnyObject, resourceId } from '../resource.ts';
import { generatedName } from './generated-name.ts';
import type { GroupCommit } from './group-commit.ts';
import { pendingFinalizers } from './kind-rules.ts';
import {
  checkPreconditions,
  prepareCreate,
  prepareStatusUpdate,
  prepareUpdate,
  withGeneration,
} from './lifecycle.ts';
import { invalidObject } from './metadata-validation.ts';
import type { ObjectTable, StoredObject } from './object-table.ts';

/** The last word on a change, inside its transaction: may alter what is created, or throw. */
export type Admit = (change: { before: AnyObject | undefined; after: AnyObject }) => AnyObject;

export interface ObjectStoreOptions {
  table: ObjectTable;
  writer: GroupCommit;
  clock: Clock;
  randomName: () => string;
  randomUid: () => string;
}

const generateAttempts = 8;
const protectedNamespaces = new Set(['default']);

export function notFound(resource: ResourceType, name: string): KubeError {
  return new KubeError('NotFound', `${resourceId(resource)} "${name}" not found`, {
    details: { name, group: resource.group, kind: resource.plural },
  });
}

function forbidden(resource: ResourceType, name: string, why: string): KubeError {
  return new KubeError('Forbidden', `${resourceId(resource)} "${name}" is forbidden: ${why}`, {
    details: { name, group: resource.group, kind: resource.plural },
  });
}

function parse(stored: StoredObject): AnyObject {
  return JSON.parse(stored.body) as AnyObject;
}

/** Create, change and remove, each in the writer's transaction. What may be done by whom is decided above it. */
export class ObjectStore {
  readonly table: ObjectTable;
  readonly #writer: GroupCommit;
  readonly #clock: Clock;
  readonly #randomName: () => string;
  readonly #randomUid: () => string;

  constructor(options: ObjectStoreOptions) {
    this.table = options.table;
    this.#writer = options.writer;
    this.#clock = options.clock;
    this.#randomName = options.randomName;
    this.#randomUid = options.randomUid;
  }

  /** Runs `work` in the writer's next transaction. */
  transact<T>(work: () => T): Promise<T> {
    return this.#writer.submit(work);
  }

  /** What `work` comes to in a transaction that is undone. */
  async rehearse<T>(work: () => T): Promise<T> {
    const undo = new Error('a rehearsal is not kept');
    let outcome: { value: T } | undefined;
    try {
      await this.#writer.submit(() => {
        outcome = { value: work() };
        throw undo;
      });
    } catch (error) {
      if (!outcome) throw error;
    }
    return outcome!.value;
  }

  /** Milliseconds since the epoch, as objects are stamped with. */
  now(): number {
    return this.#clock.now();
  }

  /** Inside a transaction: creates the object. */
  insert(resource: ResourceType, input: AnyObject, admit: Admit): StoredObject {
    const prepared = prepareCreate(resource, input, this.#clock.now(), this.#randomUid());
    const object = admit({ before: undefined, after: prepared });
    const id = resourceId(resource);
    const namespace = object.metadata.namespace ?? '';
    if (resource.namespaced) this.#requireNamespace(resource, namespace, object.metadata.name ?? '');
    object.metadata = { name: this.#nameFor(id, object), ...object.metadata };
    const name = object.metadata.name ?? '';
    if (this.table.has(id, namespace, name)) {
      throw new KubeError('AlreadyExists', `${id} "${name}" already exists`, {
        details: { name, group: resource.group, kind: resource.plural },
      });
    }
    return this.table.insert(id, object);
  }

  /**
   * Inside a transaction: changes an object to what `change` makes of it; a change that comes to nothing writes nothing.
   * What `change` is given it may alter, unless it promises not to (`pure`).
   * Removing the last finalizer of a deleted object removes the object.
   */
  change(
    resource: ResourceType,
    key: ObjectKey,
    change: (before: AnyObject) => AnyObject,
    options: { status: boolean; pure?: boolean; admit: Admit },
  ): StoredObject {
    const stored = this.#require(resource, key);
    const before = parse(stored);
    const input = change(options.pure ? before : parse(stored));
    const prepared = options.status
      ? prepareStatusUpdate(resource, before, input)
      : prepareUpdate(resource, before, input);
    const admitted = options.admit({ before, after: prepared });
    const after = options.status ? admitted : withGeneration(resource, before, admitted);
    if (sameObject(before, after)) return stored;
    if (after.metadata.deletionTimestamp && pendingFinalizers(stored.resource, after).length === 0) {
      return this.table.remove(stored, after);
    }
    return this.table.replace(stored, after);
  }

  /** Inside a transaction: begins or completes a deletion; `gone` tells which. */
  remove(
    resource: ResourceType,
    key: ObjectKey,
    options: DeleteOptions = {},
  ): { object: StoredObject; gone: boolean } {
    const stored = this.#require(resource, key);
    checkPreconditions(resource, parse(stored), options.preconditions ?? {});
    if (stored.resource === 'namespaces' && protectedNamespaces.has(stored.name)) {
      throw forbidden(resource, stored.name, 'this namespace may not be deleted');
    }
    return this.discard(resource, stored, options.propagationPolicy ?? 'Background');
  }

  /** Inside a transaction: deletes, or marks as being deleted when finalizers hold the object. */
  discard(
    resource: ResourceType,
    stored: StoredObject,
    policy: NonNullable<DeleteOptions['propagationPolicy']>,
  ): { object: StoredObject; gone: boolean } {
    const object = parse(stored);
    if (object.metadata.deletionTimestamp) return { object: stored, gone: false };
    const own = object.metadata.finalizers ?? [];
    object.metadata.finalizers = [...own, ...policyFinalizers(resource, stored.name, policy)];
    if (pendingFinalizers(stored.resource, object).length === 0) {
      delete object.metadata.finalizers;
      return { object: this.table.remove(stored, object), gone: true };
    }
    if (object.metadata.finalizers.length === 0) delete object.metadata.finalizers;
    Object.assign(object.metadata, {
      deletionTimestamp: timestamp(this.#clock.now()),
      deletionGracePeriodSeconds: 0,
    });
    if (stored.resource === 'namespaces') object.status = { phase: 'Terminating' };
    return { object: this.table.replace(stored, object), gone: false };
  }

  /** Inside a transaction: takes a finalizer off, and the object away if nothing else holds it. */
  release(stored: StoredObject, finalizer: string): void {
    const object = parse(stored);
    const finalizers = (object.metadata.finalizers ?? []).filter((other) => other !== finalizer);
    if (finalizers.length > 0) object.metadata.finalizers = finalizers;
    else delete object.metadata.finalizers;
    const done = object.metadata.deletionTimestamp && pendingFinalizers(stored.resource, object).length === 0;
    if (done) this.table.remove(stored, object);
    else this.table.replace(stored, object);
  }

  #require(resource: ResourceType, { namespace, name }: ObjectKey): StoredObject {
    const stored = this.table.get(resourceId(resource), namespace, name);
    if (!stored) throw notFound(resource, name);
    return stored;
  }

  #requireNamespace(resource: ResourceType, namespace: string, name: string): void {
    const stored = this.table.get('namespaces', '', namespace);
    if (!stored) {
      throw new KubeError('NotFound', `namespaces "${namespace}" not found`, {
        hint: `create the namespace ${namespace} first`,
        details: { name: namespace, kind: 'namespaces' },
      });
    }
    if (parse(stored).metadata.deletionTimestamp) {
      throw forbidden(
        resource,
        name,
        `unable to create new content in namespace ${namespace} because it is being terminated`,
      );
    }
  }

  #nameFor(id: string, object: AnyObject): string {
    const { name, generateName, namespace } = object.metadata;
    if (name) return name;
    let candidate = '';
    for (let attempt = 0; attempt < generateAttempts; attempt++) {
      candidate = generatedName(generateName ?? '', this.#randomName());
      if (!this.table.has(id, namespace ?? '', candidate)) break;
    }
    return candidate;
  }
}

function policyFinalizers(resource: ResourceType, name: string, policy: string): string[] {
  switch (policy) {
    case 'Background':
      return [];
    case 'Foreground':
      return ['foregroundDeletion'];
    case 'Orphan':
      return ['orphan'];
    default:
      throw invalidObject(resource, name, [
        {
          reason: 'FieldValueNotSupported',
          field: 'propagationPolicy',
          message: `Unsupported value: ${JSON.stringify(policy)}: supported values: "Foreground", "Background", "Orphan"`,
        },
      ]);
  }
}

/** Compares the JSON, since that is what would be written; the order of keys is not a difference. */
function sameObject(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(left);
  const others = Object.keys(right);
  if (Array.isArray(a) && keys.length !== others.length) return false;
  return (
    keys.every(
      (key) => left[key] === undefined || (Object.hasOwn(right, key) && sameObject(left[key], right[key])),
    ) &&
    others.every((key) => right[key] === undefined || (Object.hasOwn(left, key) && left[key] !== undefined))
  );
}
