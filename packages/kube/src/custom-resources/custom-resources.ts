import type { ResourceType } from '../object.ts';
import { type ResourceRegistry, resourceId } from '../resource.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Change } from '../store/object-table.ts';
import { admitDefinition, isEstablished } from './admit-definition.ts';
import {
  type CustomResourceDefinition,
  CustomResourceDefinitions,
  cleanupFinalizer,
} from './custom-resource-definition.ts';
import { resourcesOf } from './resources-of-definition.ts';

const id = resourceId(CustomResourceDefinitions);

/** CustomResourceDefinitions as the store serves them: with admission that knows what else is served. */
export function definitionResource(resources: ResourceRegistry, now: () => number): ResourceType {
  return { ...(CustomResourceDefinitions as ResourceType), admit: admitDefinition(resources, now) };
}

/**
 * Keeps what is served in step with the CustomResourceDefinitions in the store, and deletes a resource's objects when its definition
 * is being deleted. It works off what is stored, so a restart resumes.
 */
export class CustomResources {
  readonly #store: ObjectStore;
  readonly #resources: ResourceRegistry;
  readonly #onError: (error: unknown) => void;
  /** Ids of custom resources whose definitions are being deleted. */
  readonly #terminating = new Set<string>();

  constructor(store: ObjectStore, resources: ResourceRegistry, onError: (error: unknown) => void) {
    this.#store = store;
    this.#resources = resources;
    this.#onError = onError;
  }

  /** Serves what an earlier process was told of. */
  start(): void {
    for (const { body } of this.#store.table.list(id, undefined)) {
      this.#serve(JSON.parse(body) as CustomResourceDefinition);
    }
  }

  observe({ event, object }: Change): void {
    if (event.resource !== id) {
      if (event.type === 'DELETED' && this.#terminating.has(event.resource)) this.#clean(event.resource);
      return;
    }
    if (event.type !== 'DELETED') {
      this.#serve(object as unknown as CustomResourceDefinition);
      return;
    }
    this.#terminating.delete(event.name);
    if (this.#isCustom(event.name)) this.#resources.unregister(event.name);
  }

  #isCustom(name: string): boolean {
    return this.#resources.get(name)?.custom ?? false;
  }

  #serve(definition: CustomResourceDefinition): void {
    const name = definition.metadata.name ?? '';
    const builtIn = this.#resources.get(name) !== undefined && !this.#isCustom(name);
    if (!builtIn && isEstablished(definition)) {
      const { storage, served } = resourcesOf(definition);
      this.#resources.register(storage, served);
    }
    if (definition.metadata.deletionTimestamp) this.#clean(name);
  }

  /** Deletes what is left of a resource, and lets its definition go when nothing is. */
  #clean(name: string): void {
    this.#terminating.add(name);
    this.#store.transact(() => this.#deleteObjects(name)).catch(this.#onError);
  }

  #deleteObjects(name: string): void {
    const stored = this.#store.table.get(id, '', name);
    const resource = this.#resources.get(name);
    if (!stored) return;
    if (resource?.custom) {
      const objects = [...this.#store.table.list(name, undefined)];
      for (const object of objects) this.#store.discard(resource, object, 'Background');
      if (this.#store.table.list(name, undefined)[Symbol.iterator]().next().done !== true) return;
    }
    this.#store.release(stored, cleanupFinalizer);
  }
}
