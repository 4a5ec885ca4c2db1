import type { Verb } from '../access/access-table.ts';
import type { Authorizer, Permit } from '../access/authorizer.ts';
import type { Identity } from '../access/identity.ts';
import { admitChange, inVersion, type WriteOptions } from '../admission/admit-change.ts';
import { serverSideApply } from '../apply/server-side-apply.ts';
import type {
  Client,
  DeleteOptions,
  ListOptions,
  ObjectList,
  WatchEvent,
  WatchOptions,
} from '../client/client.ts';
import { KubeError } from '../error.ts';
import type { KubeObject, ObjectKey, ResourceType } from '../object.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { type AnyObject, namespaceOf, type ResourceRegistry, resourceId } from '../resource.ts';
import { type Selection, selectionOf } from '../selector/selection.ts';
import { removeShown } from '../view/remove-shown.ts';
import type { ApplyRequest, ChangeOptions } from './change-options.ts';
import { acceptObject, typedObject } from './lifecycle.ts';
import { type ObjectReader, readerOf, viewIsNotWritten } from './object-reader.ts';
import { notFound, type ObjectStore } from './object-store.ts';
import type { StoredObject } from './object-table.ts';
import { expired, type SelectedEvent, type WatchCursor, type WatchHub } from './watch-hub.ts';

export interface StoreClientParts {
  objects: ObjectStore;
  hub: WatchHub;
  resources: ResourceRegistry;
  authorizer: Authorizer;
  assertOpen(): void;
}

/** A page of a list, as stored. */
export interface ObjectPage {
  objects: StoredObject[];
  /** The version of the list's first page. */
  version: number;
  /** Where the next page begins, when there is one. */
  next: { version: number; namespace: string; name: string } | undefined;
}

/** A watch as the server streams it. */
export interface BodyWatch {
  events(signal?: AbortSignal): AsyncIterable<SelectedEvent>;
  /** Everything up to this version has been delivered. */
  readonly position: number;
}

/**
 * The in-process client of one identity. Every call is authorized, also those of the factory's own controllers.
 * Beside `Client` it has what the HTTP server needs: stored JSON text, pages, and any patch.
 */
export class StoreClient implements Client {
  readonly #parts: StoreClientParts;
  readonly #identity: Identity;

  constructor(parts: StoreClientParts, identity: Identity) {
    this.#parts = parts;
    this.#identity = identity;
  }

  async create<T extends KubeObject>(resource: ResourceType<T>, object: T): Promise<T> {
    return parsed(await this.createBody(resource, object));
  }

  async get<T extends KubeObject>(resource: ResourceType<T>, namespace: string, name: string): Promise<T> {
    return parsed(this.getBody(resource, namespace, name));
  }

  async list<T extends KubeObject>(
    resource: ResourceType<T>,
    options: ListOptions = {},
  ): Promise<ObjectList<T>> {
    const page = this.listPage(resource, options);
    return { items: page.objects.map((stored) => parsed<T>(stored)), resourceVersion: String(page.version) };
  }

  async update<T extends KubeObject>(resource: ResourceType<T>, object: T): Promise<T> {
    return parsed(await this.#replace(resource, object, undefined));
  }

  async updateStatus<T extends KubeObject>(resource: ResourceType<T>, object: T): Promise<T> {
    return parsed(await this.#replace(resource, object, 'status'));
  }

  async patch<T extends KubeObject>(
    resource: ResourceType<T>,
    namespace: string,
    name: string,
    patch: Record<string, unknown>,
    options: { subresource?: 'status' } = {},
  ): Promise<T> {
    const copy: unknown = JSON.parse(JSON.stringify(patch));
    const apply = (before: unknown) => mergePatch(before, copy);
    const { subresource } = options;
    const change = { own: subresource === 'status' };
    return parsed(await this.modify(resource, namespace, name, 'patch', apply, subresource, change));
  }

  async delete<T extends KubeObject>(
    resource: ResourceType<T>,
    namespace: string,
    name: string,
    options: DeleteOptions = {},
  ): Promise<void> {
    await this.remove(resource, namespace, name, options);
  }

  async *watch<T extends KubeObject>(
    resource: ResourceType<T>,
    options: WatchOptions = {},
  ): AsyncGenerator<WatchEvent<T>, void, undefined> {
    const { initial, stream } = this.openWatch(resource, options);
    for (const stored of initial) yield { type: 'ADDED', object: parsed<T>(stored) };
    if (options.resourceVersion === undefined && !options.signal?.aborted) {
      yield { type: 'BOOKMARK', resourceVersion: String(stream.position) };
    }
    for await (const { type, body } of stream.events(options.signal)) {
      yield { type, object: JSON.parse(body) as T };
    }
  }

  /** The object as stored. */
  getBody(resource: ResourceType, namespace: string, name: string): StoredObject {
    const { known, key } = this.#enter('get', resource, { namespace, name });
    const stored = this.#reader(known).get(key.namespace, name);
    if (!stored) throw notFound(known, name);
    return stored;
  }

  /** The input is the requester's. */
  async createBody(
    resource: ResourceType,
    input: unknown,
    options: WriteOptions = {},
  ): Promise<StoredObject> {
    const known = this.#parts.resources.require(resource);
    const object = decoded(known, input, options);
    const { name = '', namespace = '' } = object.metadata;
    const { permit, storage } = this.#enter('create', known, { namespace, name });
    if (known.view) throw viewIsNotWritten(known);
    const admit = this.#admission(known, permit, options, undefined);
    return this.#write(options, () =>
      this.#parts.objects.insert(storage, inVersion(object, storage), (change) =>
        inVersion(admit(change), storage),
      ),
    );
  }

  /** Up to `limit` objects that the options select, in the order of namespace and name. */
  listPage(
    resource: ResourceType,
    options: ListOptions,
    paging: { limit?: number; from?: NonNullable<ObjectPage['next']> } = {},
  ): ObjectPage {
    const { known, selection } = this.#select('list', resource, options);
    const { table } = this.#parts.objects;
    const version = paging.from?.version ?? table.version;
    if (version < table.compacted) throw expired(version, table.compacted);
    const objects: StoredObject[] = [];
    let last: ObjectKey | undefined;
    for (const group of this.#reader(known).list(selection.namespace, paging.from)) {
      const found = group.objects.filter((stored) => matches(selection, stored));
      if (found.length === 0) continue;
      if (paging.limit && last && objects.length + found.length > paging.limit) {
        return { objects, version, next: { version, namespace: last.namespace, name: last.name } };
      }
      objects.push(...found);
      last = group.after;
    }
    return { objects, version, next: undefined };
  }

  /** The watch's beginning, and the stream of what follows. Throws `Expired` at once when the version is too old. */
  openWatch(
    resource: ResourceType,
    options: ListOptions & { resourceVersion?: string },
  ): { initial: StoredObject[]; stream: BodyWatch } {
    const { known, selection } = this.#select('watch', resource, options);
    const { objects, hub } = this.#parts;
    const reader = this.#reader(known);
    const version = options.resourceVersion === undefined ? undefined : parseVersion(options.resourceVersion);
    if (version !== undefined && version > objects.table.version) {
      throw expired(version, objects.table.version);
    }
    if (version !== undefined && version < objects.table.compacted)
      throw expired(version, objects.table.compacted);
    const initial: StoredObject[] = [];
    if (version === undefined) {
      for (const group of reader.list(selection.namespace)) {
        initial.push(...group.objects.filter((stored) => matches(selection, stored)));
      }
    }
    const start = version ?? objects.table.version;
    let cursor: WatchCursor | undefined;
    return {
      initial,
      stream: {
        events(signal) {
          cursor = hub.open(reader, selection, start);
          return cursor.events(signal);
        },
        get position() {
          return cursor?.position ?? start;
        },
      },
    };
  }

  /** Changes an object to what `apply` makes of a copy of it. */
  async modify(
    resource: ResourceType,
    namespace: string,
    name: string,
    verb: 'update' | 'patch',
    apply: (before: unknown) => unknown,
    subresource?: 'status',
    options: ChangeOptions = {},
  ): Promise<StoredObject> {
    const { known, storage, key, permit } = this.#enter(verb, resource, { namespace, name, subresource });
    if (known.view) throw viewIsNotWritten(known);
    if (subresource && !known.hasStatus) throw notFound(known, `${name}/${subresource}`);
    const admit = this.#admission(known, permit, options, subresource);
    return this.#write(options, () =>
      this.#parts.objects.change(
        storage,
        key,
        (before) => inVersion(decoded(known, apply(inVersion(before, known)), options), storage),
        {
          status: subresource === 'status',
          pure: options.own ?? false,
          admit: (change) => inVersion(admit(change), storage),
        },
      ),
    );
  }

  /** Server-side apply: makes the object, or changes it. The configuration is the requester's. */
  async apply(
    resource: ResourceType,
    namespace: string,
    name: string,
    configuration: unknown,
    options: ApplyRequest,
  ): Promise<{ object: StoredObject; created: boolean }> {
    const { subresource } = options;
    const { known, storage, key, permit } = this.#enter('patch', resource, { namespace, name, subresource });
    if (known.view) throw viewIsNotWritten(known);
    if (subresource && !known.hasStatus) throw notFound(known, `${name}/${subresource}`);
    const config = decoded(known, configuration, options);
    const { objects } = this.#parts;
    const merge = (live: AnyObject | undefined) =>
      serverSideApply(known, live, config, { ...options, now: objects.now() });
    const admit = this.#admission(known, permit, options, subresource, true);
    const inStorage = (change: Parameters<Permit>[0]) => inVersion(admit(change), storage);
    return this.#write(options, () => {
      if (!objects.table.has(resourceId(known), key.namespace, name) && !subresource) {
        const created = this.#enter('create', known, { namespace, name }).permit;
        const admitNew = this.#admission(known, created, options, undefined, true);
        const object = objects.insert(storage, inVersion(merge(undefined), storage), (change) =>
          inVersion(admitNew(change), storage),
        );
        return { object, created: true };
      }
      const object = objects.change(
        storage,
        key,
        (before) => inVersion(merge(inVersion(before, known)), storage),
        { status: subresource === 'status', admit: inStorage },
      );
      return { object, created: false };
    });
  }

  async remove(
    resource: ResourceType,
    namespace: string,
    name: string,
    options: DeleteOptions & { dryRun?: boolean },
  ): Promise<{ object: StoredObject; gone: boolean }> {
    const { known, storage, key } = this.#enter('delete', resource, { namespace, name });
    if (known.view) {
      const object = this.#reader(known).get(key.namespace, name);
      if (!object) throw notFound(known, name);
      await removeShown(known, object, options);
      const left = options.dryRun ? undefined : this.#reader(known).get(key.namespace, name);
      return { object: left ?? object, gone: !left };
    }
    return this.#write(options, () => this.#parts.objects.remove(storage, key, options));
  }

  /** Deletes what the options select, in one transaction. */
  async removeCollection(
    resource: ResourceType,
    selectors: ListOptions,
    options: DeleteOptions & { dryRun?: boolean },
  ): Promise<StoredObject[]> {
    const { known, storage, selection } = this.#select('deletecollection', resource, selectors);
    const { objects } = this.#parts;
    const select = () =>
      Array.from(this.#reader(known).list(selection.namespace), (group) => group.objects)
        .flat()
        .filter((stored) => matches(selection, stored));
    if (known.view) return Promise.all(select().map((stored) => removeShown(known, stored, options)));
    return this.#write(options, () => {
      const found = select();
      return found.map(({ namespace, name }) => objects.remove(storage, { namespace, name }, options).object);
    });
  }

  #reader(resource: ResourceType): ObjectReader {
    return readerOf(this.#parts.objects.table, resource);
  }

  #write<T>(options: { dryRun?: boolean }, work: () => T): Promise<T> {
    const { objects } = this.#parts;
    return options.dryRun ? objects.rehearse(work) : objects.transact(work);
  }

  #admission(
    served: ResourceType,
    permit: Permit,
    write: WriteOptions,
    subresource: 'status' | undefined,
    applied = false,
  ): Permit {
    const now = () => this.#parts.objects.now();
    return admitChange({ served, permit, write, identity: this.#identity.name, subresource, applied, now });
  }

  async #replace(
    resource: ResourceType,
    input: unknown,
    subresource: 'status' | undefined,
  ): Promise<StoredObject> {
    const known = this.#parts.resources.require(resource);
    const object = acceptObject(known, input);
    const { namespace = '', name = '' } = object.metadata;
    if (!name) throw new KubeError('BadRequest', 'metadata.name is required to update an object');
    return this.modify(known, namespace, name, 'update', () => object, subresource, { own: true });
  }

  #select(
    verb: Verb,
    resource: ResourceType,
    options: ListOptions,
  ): { known: ResourceType; storage: ResourceType; selection: Selection } {
    const namespace = resource.namespaced ? options.namespace : undefined;
    const { known, storage } = this.#enter(verb, resource, { namespace, wide: true });
    return { known, storage, selection: selectionOf({ ...options, namespace: namespace ?? '' }, known) };
  }

  #enter(
    verb: Verb,
    resource: ResourceType,
    at: { namespace?: string | undefined; name?: string; subresource?: 'status' | undefined; wide?: boolean },
  ): { known: ResourceType; storage: ResourceType; key: ObjectKey; permit: Permit } {
    this.#parts.assertOpen();
    const known = this.#parts.resources.require(resource);
    const storage = this.#parts.resources.get(resourceId(known)) ?? known;
    const namespace = at.wide ? (at.namespace ?? '') : namespaceOf(known, at.namespace);
    const { name = '', subresource } = at;
    const permit = this.#parts.authorizer.authorize(this.#identity, {
      verb,
      resource: known,
      subresource,
      namespace,
      name,
    });
    return { known, storage, key: { namespace, name }, permit };
  }
}

function matches(selection: Selection, stored: StoredObject): boolean {
  return (
    selection.matchesKey(stored) &&
    selection.matchesLabels(stored.labels) &&
    selection.matchesBody(stored.body)
  );
}

/** The requester's input as an object of the resource. */
function decoded(resource: ResourceType, input: unknown, { decode, own }: ChangeOptions): AnyObject {
  const object = own ? typedObject(resource, input) : acceptObject(resource, input);
  return decode ? decode(object) : object;
}

function parsed<T extends KubeObject>(stored: StoredObject): T {
  return JSON.parse(stored.body) as T;
}

/** A resourceVersion is opaque to clients, and the requester's when it comes back. Throws `BadRequest`. */
function parseVersion(text: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw new KubeError('BadRequest', `invalid resourceVersion: ${JSON.stringify(text)}`);
  return Number(text);
}
