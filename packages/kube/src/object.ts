/** The part of `metadata` that Assay reads and keeps, with Kubernetes' meaning (API conventions, "Metadata"). */
export interface ObjectMeta {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  /** Opaque to clients; grows with every change anywhere in the store. */
  resourceVersion?: string;
  /** Grows when something other than metadata or status changes. */
  generation?: number;
  /** RFC 3339, UTC. */
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
}

/** A pointer from a dependent to its owner; the dependent is collected when its last owner is gone. */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** Any object of the API. Packages that own a kind narrow `spec` and `status`. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** `status.conditions[]` as Tekton (Knative) writes them. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

/** One served resource: the join of a kind and its plural. */
export interface ResourceType<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  group: string;
  version: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  /** True when `status` is written through the status subresource only. */
  hasStatus: boolean;
  /** Carries `T` for inference; never set. */
  readonly object?: T;
}

/** What names one object. */
export interface ObjectKey {
  namespace: string;
  name: string;
}
