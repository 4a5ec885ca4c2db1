import type { KubeObject, ObjectKey, ResourceType } from '../object.ts';

/** A present view of one kind, kept by a watch. Never write to what comes out. */
export interface Lister<T extends KubeObject> {
  get(namespace: string, name: string): T | undefined;
  list(namespace?: string): T[];
}

/** What a reconcile may ask for: nothing, or to be called again after a while even if nothing changes. */
export type ReconcileResult = { requeueAfterMs: number } | undefined;

/** Another kind whose changes call the controller. */
export interface SecondaryWatch {
  resource: ResourceType;
  /** The keys of the primary objects that a change of `object` concerns (say, its controlling owner). */
  toKeys(object: KubeObject): ObjectKey[];
  /**
   * Whether a change of an object that was there before, and is still, calls the controller.
   * @default every change does
   */
  concerns?(now: KubeObject, before: KubeObject): boolean;
}

/**
 * One level-triggered loop: whenever an object of `resource`, or one mapped by `secondary`, changes, its key is
 * queued (once, however many changes come) and reconciled; one key is never reconciled twice at a time. A throw
 * puts the key back with exponential back-off.
 */
export interface Controller<T extends KubeObject = KubeObject> {
  name: string;
  resource: ResourceType<T>;
  secondary?: SecondaryWatch[];
  /** How many keys at once. @default 16 */
  concurrency?: number;
  /** `object` is undefined when it is gone. */
  reconcile(key: ObjectKey, object: T | undefined): Promise<ReconcileResult>;
}
