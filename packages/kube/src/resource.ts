import { KubeError } from './error.ts';
import type { KubeObject, ResourceType } from './object.ts';

/** An object whose fields beyond the metadata are not known to the code that holds it. */
export interface AnyObject extends KubeObject {
  [field: string]: unknown;
}

/** `taskruns.tekton.dev`, or `configmaps` in the core group: one name a resource, whatever its version. */
export function resourceId(resource: ResourceType): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}

/** `tekton.dev/v1`, or `v1` in the core group. */
export function apiVersionOf(resource: ResourceType): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

/** The namespace an object of this resource is kept under: empty for cluster-scoped ones, `default` if none is named. */
export function namespaceOf(resource: ResourceType, namespace: string | undefined): string {
  return resource.namespaced ? namespace || 'default' : '';
}

/** A resource with all the versions it is served at. */
interface ServedResource {
  storage: ResourceType;
  versions: Map<string, ResourceType>;
}

/** The resources a store serves. Each is kept at one version; conversion between its versions changes the apiVersion alone. */
export class ResourceRegistry implements Iterable<ResourceType> {
  readonly #byId = new Map<string, ServedResource>();
  #generation = 0;

  constructor(resources: Iterable<ResourceType>) {
    for (const resource of resources) this.register(resource);
  }

  /** Grows with every change of what is served. */
  get generation(): number {
    return this.#generation;
  }

  /** Serves a resource, kept as `storage` and served at `versions`; one of the same id is replaced. */
  register(storage: ResourceType, versions: Iterable<ResourceType> = [storage]): void {
    const served = Array.from(versions, (version) => [version.version, version] as const);
    this.#byId.set(resourceId(storage), { storage, versions: new Map(served) });
    this.#generation++;
  }

  unregister(id: string): void {
    if (this.#byId.delete(id)) this.#generation++;
  }

  /** The resources as they are kept. */
  *[Symbol.iterator](): IterableIterator<ResourceType> {
    for (const { storage } of this.#byId.values()) yield storage;
  }

  /** Every version of every resource. */
  *served(): IterableIterator<ResourceType> {
    for (const { versions } of this.#byId.values()) yield* versions.values();
  }

  /** The resource of that id as it is kept. */
  get(id: string): ResourceType | undefined {
    return this.#byId.get(id)?.storage;
  }

  /** The resource served at a path of the API. */
  find(group: string, version: string, plural: string): ResourceType | undefined {
    return this.#byId.get(group === '' ? plural : `${plural}.${group}`)?.versions.get(version);
  }

  /** Throws `NotFound` when the resource is not served. */
  require(resource: ResourceType): ResourceType {
    const known = this.find(resource.group, resource.version, resource.plural);
    if (!known) {
      throw new KubeError(
        'NotFound',
        `${resourceId(resource)} (${apiVersionOf(resource)}) is not served here`,
        {
          hint: 'register the resource with createStore({ resources })',
          details: { group: resource.group, kind: resource.plural },
        },
      );
    }
    return known;
  }
}
