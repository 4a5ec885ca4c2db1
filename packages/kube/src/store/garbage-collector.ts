import type { OwnerReference, ResourceType } from '../object.ts';
import type { AnyObject, ResourceRegistry } from '../resource.ts';
import { pendingFinalizers } from './kind-rules.ts';
import type { ObjectStore } from './object-store.ts';
import type { Change, StoredKey, StoredObject } from './object-table.ts';

/** One thing to look at again. */
type Task =
  | { type: 'dependents'; ownerUid: string }
  | { type: 'terminating'; uid: string }
  | { type: 'namespace'; namespace: string };

function parse(stored: StoredObject): AnyObject {
  return JSON.parse(stored.body) as AnyObject;
}

/**
 * Deletes what has lost its last owner, carries out foreground and orphan deletion, and empties namespaces that
 * are being deleted. It works off what is in the store, so a restart resumes where a crash cut it short.
 */
export class GarbageCollector {
  readonly #store: ObjectStore;
  readonly #resources: ResourceRegistry;
  readonly #onError: (error: unknown) => void;
  readonly #pending = new Map<string, Task>();
  #running: Promise<void> | undefined;

  constructor(store: ObjectStore, resources: ResourceRegistry, onError: (error: unknown) => void) {
    this.#store = store;
    this.#resources = resources;
    this.#onError = onError;
  }

  /** Takes up what an earlier process left undone. */
  start(): void {
    for (const ownerUid of this.#store.table.missingOwners()) this.#add({ type: 'dependents', ownerUid });
    for (const stored of this.#store.table.terminating()) this.#add({ type: 'terminating', uid: stored.uid });
  }

  observe({ event, object }: Change): void {
    const { uid = '', ownerReferences = [], deletionTimestamp } = object.metadata;
    if (event.type === 'DELETED') {
      this.#add({ type: 'dependents', ownerUid: uid });
      for (const owner of ownerReferences) this.#add({ type: 'terminating', uid: owner.uid });
      if (event.namespace !== '') this.#addNamespace(event.namespace);
      return;
    }
    if (deletionTimestamp) this.#add({ type: 'terminating', uid });
    for (const owner of ownerReferences) {
      if (!this.#ownerOf(owner, event.namespace)) this.#add({ type: 'dependents', ownerUid: owner.uid });
    }
  }

  /** Resolves when there is nothing left to collect. */
  async settled(): Promise<void> {
    while (this.#running) await this.#running;
  }

  #addNamespace(namespace: string): void {
    const stored = this.#store.table.get('namespaces', '', namespace);
    if (stored && parse(stored).metadata.deletionTimestamp) this.#add({ type: 'namespace', namespace });
  }

  #add(task: Task): void {
    this.#pending.set(Object.values(task).join(' '), task);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      // What came in between the last look and here.
      const next = this.#pending.values().next().value;
      if (next) this.#add(next);
    });
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    while (this.#pending.size > 0) {
      const tasks = [...this.#pending.values()];
      this.#pending.clear();
      const results = await Promise.allSettled(
        tasks.map((task) => this.#store.transact(() => this.#perform(task))),
      );
      for (const result of results) if (result.status === 'rejected') this.#onError(result.reason);
    }
  }

  #perform(task: Task): void {
    switch (task.type) {
      case 'dependents':
        for (const dependent of this.#store.table.dependents(task.ownerUid)) this.#judge(dependent);
        break;
      case 'terminating': {
        const stored = this.#store.table.getByUid(task.uid);
        if (stored) this.#advance(stored);
        break;
      }
      case 'namespace':
        this.#empty(task.namespace);
        break;
    }
  }

  /** An owner lives in the dependent's namespace or in none; any other uid counts as absent, as in Kubernetes. */
  #ownerOf(reference: OwnerReference, namespace: string): StoredKey | undefined {
    const owner = this.#store.table.keyOfUid(reference.uid);
    if (!owner || (owner.namespace !== '' && owner.namespace !== namespace)) return undefined;
    return this.#resources.get(owner.resource)?.kind === reference.kind ? owner : undefined;
  }

  /** Deletes a dependent that has lost all its owners; of some that it has lost, drops the references. */
  #judge(dependent: StoredObject): void {
    const resource = this.#resources.get(dependent.resource);
    const object = parse(dependent);
    const references = object.metadata.ownerReferences ?? [];
    const present = references.filter((reference) => this.#ownerOf(reference, dependent.namespace));
    if (!resource || references.length === present.length) return;
    if (present.length === 0) this.#store.discard(resource, dependent, 'Background');
    else this.#store.table.replace(dependent, withOwners(object, present));
  }

  /** Moves a deletion on that waits for something the collector itself does. */
  #advance(stored: StoredObject): void {
    const object = parse(stored);
    if (!object.metadata.deletionTimestamp) return;
    const finalizers = object.metadata.finalizers ?? [];
    if (finalizers.includes('orphan')) {
      this.#orphan(stored.uid);
      this.#store.release(stored, 'orphan');
    } else if (finalizers.includes('foregroundDeletion')) {
      if (this.#deleteInForeground(stored.uid)) this.#store.release(stored, 'foregroundDeletion');
    } else if (stored.resource === 'namespaces') {
      this.#empty(stored.name);
    }
  }

  #orphan(ownerUid: string): void {
    for (const dependent of this.#store.table.dependents(ownerUid)) {
      const object = parse(dependent);
      const others = (object.metadata.ownerReferences ?? []).filter(
        (reference) => reference.uid !== ownerUid,
      );
      this.#store.table.replace(dependent, withOwners(object, others));
    }
  }

  /** Deletes the dependents; true when none is left that blocks its owner. */
  #deleteInForeground(ownerUid: string): boolean {
    let blocked = false;
    for (const dependent of this.#store.table.dependents(ownerUid)) {
      const resource = this.#resources.get(dependent.resource) as ResourceType | undefined;
      const references = parse(dependent).metadata.ownerReferences ?? [];
      const others = references.filter((reference) => reference.uid !== ownerUid);
      if (!resource) continue;
      if (others.some((reference) => this.#ownerOf(reference, dependent.namespace))) continue;
      const { gone } = this.#store.discard(resource, dependent, 'Foreground');
      const blocks = references.some(
        (reference) => reference.uid === ownerUid && reference.blockOwnerDeletion,
      );
      if (!gone && blocks) blocked = true;
    }
    return !blocked;
  }

  #empty(namespace: string): void {
    for (const stored of this.#store.table.listContents(namespace)) {
      const resource = this.#resources.get(stored.resource);
      if (resource) this.#store.discard(resource, stored, 'Background');
    }
    if (this.#store.table.listContents(namespace).length > 0) return;
    const stored = this.#store.table.get('namespaces', '', namespace);
    if (!stored) return;
    const object = parse(stored);
    if (!object.metadata.deletionTimestamp || object.spec === undefined) return;
    delete object.spec;
    if (pendingFinalizers(stored.resource, object).length === 0) this.#store.table.remove(stored, object);
    else this.#store.table.replace(stored, object);
  }
}

function withOwners(object: AnyObject, owners: OwnerReference[]): AnyObject {
  const { ownerReferences: _, ...metadata } = object.metadata;
  return { ...object, metadata: owners.length > 0 ? { ...metadata, ownerReferences: owners } : metadata };
}
