import type { KubeObject, ResourceType } from '../object.ts';

/** What narrows a list or a watch. */
export interface ListOptions {
  /** All namespaces when absent. */
  namespace?: string;
  /** Kubernetes selector text: `a=b,c!=d,e in (f,g),h,!i`. */
  labelSelector?: string;
  /** `metadata.name=x`, `metadata.namespace=y` and their negations. */
  fieldSelector?: string;
}

export interface ObjectList<T> {
  items: T[];
  /** The version the list was read at; a watch from here misses nothing. */
  resourceVersion: string;
}

export type WatchEvent<T> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: T }
  | { type: 'BOOKMARK'; resourceVersion: string };

export interface WatchOptions extends ListOptions {
  /** Starts after this version; absent means: the present objects first, as ADDED, then what follows. */
  resourceVersion?: string;
  signal?: AbortSignal;
}

export interface DeleteOptions {
  /** The delete fails with Conflict when the object is another one, or has moved on. */
  preconditions?: { uid?: string; resourceVersion?: string };
  /** `Background` when absent: dependents go after the owner. */
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
}

/**
 * The Kubernetes API as controllers see it. Whether the other end is the embedded store, a factory in another
 * process or a real API server is not visible here.
 *
 * All calls throw `KubeError`: `NotFound`, `AlreadyExists`, `Conflict` (the resourceVersion sent is not the
 * stored one), `Invalid`, `Forbidden`, `Unauthorized`, `Expired` (410: watch again from a fresh list).
 * Objects that come out are the caller's own copies.
 */
export interface Client {
  create<T extends KubeObject>(resource: ResourceType<T>, object: T): Promise<T>;
  get<T extends KubeObject>(resource: ResourceType<T>, namespace: string, name: string): Promise<T>;
  list<T extends KubeObject>(resource: ResourceType<T>, options?: ListOptions): Promise<ObjectList<T>>;
  /** Replaces everything but status. The object's resourceVersion, when present, must be the stored one. */
  update<T extends KubeObject>(resource: ResourceType<T>, object: T): Promise<T>;
  /** Replaces status alone. */
  updateStatus<T extends KubeObject>(resource: ResourceType<T>, object: T): Promise<T>;
  /** JSON merge patch (RFC 7386) of everything but status, or of status alone. */
  patch<T extends KubeObject>(
    resource: ResourceType<T>,
    namespace: string,
    name: string,
    patch: Record<string, unknown>,
    options?: { subresource?: 'status' },
  ): Promise<T>;
  delete<T extends KubeObject>(
    resource: ResourceType<T>,
    namespace: string,
    name: string,
    options?: DeleteOptions,
  ): Promise<void>;
  /** Ends when the signal aborts; throws `Expired` when the version is too old to resume from. */
  watch<T extends KubeObject>(
    resource: ResourceType<T>,
    options?: WatchOptions,
  ): AsyncIterable<WatchEvent<T>>;
}
