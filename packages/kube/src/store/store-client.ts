import type { Verb } from '../access/access-table.ts';
import type { Authorizer, Permit } from '../access/authorizer.ts';
import type { Identity } from '../access/identity.ts';
import type {
  Client,
  DeleteOptions,
  ListOptions,
  ObjectList,
  WatchEvent,
  WatchOptions,
} from '../client/client.ts';
import { KubeError } from '../error.ts';
import type { KubeObject, ResourceType } from '../object.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { type AnyObject, namespaceOf, type ResourceRegistry, resourceId } from '../resource.ts';
import { type Selection, selectionOf } from '../selector/selection.ts';
import { acceptObject } from './lifecycle.ts';
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
    return parsed(await this.modify(resource, namespace, name, 'patch', apply, options.subresource));
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
    const stored = this.#parts.objects.table.get(resourceId(known), key.namespace, name);
    if (!stored) throw notFound(known, name);
    return stored;
  }

  /** The input is the requester's. */
  async createBody(resource: ResourceType, input: unknown): Promise<StoredObject> {
    const known = this.#parts.resources.require(resource);
    const object = acceptObject(known, input);
    const { name = '', namespace = '' } = object.metadata;
    const { permit } = this.#enter('create', known, { namespace, name });
    return this.#parts.objects.create(known, object, permit);
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
    for (const stored of table.list(resourceId(known), selection.namespace, paging.from)) {
      if (!selection.matchesKey(stored) || !selection.matchesLabels(stored.labels)) continue;
      if (paging.limit && objects.length === paging.limit) {
        const last = objects[objects.length - 1]!;
        return { objects, version, next: { version, namespace: last.namespace, name: last.name } };
      }
      objects.push(stored);
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
    const id = resourceId(known);
    const version = options.resourceVersion === undefined ? undefined : parseVersion(options.resourceVersion);
    if (version !== undefined && version > objects.table.version) {
      throw expired(version, objects.table.version);
    }
    if (version !== undefined && version < objects.table.compacted)
      throw expired(version, objects.table.compacted);
    const initial: StoredObject[] = [];
    if (version === undefined) {
      for (const stored of objects.table.list(id, selection.namespace)) {
        if (selection.matchesKey(stored) && selection.matchesLabels(stored.labels)) initial.push(stored);
      }
    }
    const start = version ?? objects.table.version;
    let cursor: WatchCursor | undefined;
    return {
      initial,
      stream: {
        events(signal) {
          cursor = hub.open(id, selection, start);
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
  ): Promise<StoredObject> {
    const { known, key, permit } = this.#enter(verb, resource, { namespace, name, subresource });
    if (subresource && !known.hasStatus) throw notFound(known, `${name}/${subresource}`);
    const change = (before: AnyObject) => acceptObject(known, apply(before));
    return this.#parts.objects.modify(known, key, change, {
      status: subresource === 'status',
      admit: permit,
    });
  }

  async remove(
    resource: ResourceType,
    namespace: string,
    name: string,
    options: DeleteOptions,
  ): Promise<{ object: StoredObject; gone: boolean }> {
    const { known, key } = this.#enter('delete', resource, { namespace, name });
    return this.#parts.objects.remove(known, key, options);
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
    return this.modify(known, namespace, name, 'update', () => object, subresource);
  }

  #select(
    verb: Verb,
    resource: ResourceType,
    options: ListOptions,
  ): { known: ResourceType; selection: Selection } {
    const namespace = resource.namespaced ? options.namespace : undefined;
    const { known } = this.#enter(verb, resource, { namespace, wide: true });
    return { known, selection: selectionOf({ ...options, namespace: namespace ?? '' }) };
  }

  #enter(
    verb: Verb,
    resource: ResourceType,
    at: { namespace?: string | undefined; name?: string; subresource?: 'status' | undefined; wide?: boolean },
  ): { known: ResourceType; key: { namespace: string; name: string }; permit: Permit } {
    this.#parts.assertOpen();
    const known = this.#parts.resources.require(resource);
    const namespace = at.wide ? (at.namespace ?? '') : namespaceOf(known, at.namespace);
    const { name = '', subresource } = at;
    const permit = this.#parts.authorizer.authorize(this.#identity, {
      verb,
      resource: known,
      subresource,
      namespace,
      name,
    });
    return { known, key: { namespace, name }, permit };
  }
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
