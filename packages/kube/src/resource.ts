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

/** The resources a store serves. */
export class ResourceRegistry implements Iterable<ResourceType> {
  readonly #byId = new Map<string, ResourceType>();

  constructor(resources: Iterable<ResourceType>) {
    for (const resource of resources) this.#byId.set(resourceId(resource), resource);
  }

  [Symbol.iterator](): IterableIterator<ResourceType> {
    return this.#byId.values();
  }

  /** The resource of that id, version aside. */
  get(id: string): ResourceType | undefined {
    return this.#byId.get(id);
  }

  /** The resource served at a path of the API. */
  find(group: string, version: string, plural: string): ResourceType | undefined {
    const resource = this.#byId.get(group === '' ? plural : `${plural}.${group}`);
    return resource?.version === version ? resource : undefined;
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
