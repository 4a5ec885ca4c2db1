import type { JsonSchema } from './schema/json-schema.ts';
import type { ResourceView } from './view/resource-view.ts';

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
  managedFields?: ManagedFieldsEntry[];
}

/** Which fields one manager last set, by one way of writing (Kubernetes' server-side apply, "Field management"). */
export interface ManagedFieldsEntry {
  manager?: string;
  operation?: 'Apply' | 'Update';
  apiVersion?: string;
  /** RFC 3339, UTC. */
  time?: string;
  fieldsType?: 'FieldsV1';
  fieldsV1?: Record<string, unknown>;
  subresource?: string;
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

/** One column of a Table, as `additionalPrinterColumns` of a CustomResourceDefinition has it. */
export interface PrinterColumn {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  /** Kubernetes' JSONPath without the braces: `.status.startTime`. */
  jsonPath?: string;
  /** What the column shows where a path does not tell; `now` in milliseconds. */
  cell?(object: KubeObject, now: number): string | number;
  description?: string;
  /** `name` marks the column of the name; where none does, there is one before all others. */
  format?: string;
  /** Above 0 the column is shown by `-o wide` only. @default 0 */
  priority?: number;
}

/** What admission is told beside the object. */
export interface AdmissionContext {
  /** The object as stored; absent for a create. */
  old?: KubeObject | undefined;
  subresource?: 'status' | undefined;
  /** The name of who writes. */
  requester: string;
}

/**
 * One served resource: the join of a kind and its plural. To add a kind, write one constant of this type beside the kind's
 * own and pass it to `createStore({ resources })`; discovery, OpenAPI, `kubectl explain`, Tables, selectors, patches, server-side
 * apply and RBAC follow from it:
 *
 * - `schema`: types, required fields, enumerations, defaults and CEL rules (`x-kubernetes-validations`), by hand with
 *   `schemaWords`, or of a zod schema by `structuralSchema(z.toJSONSchema(...))`. What it does not name is pruned, or refused when
 *   the request says so, unless it has `x-kubernetes-preserve-unknown-fields`.
 *   Types are held at the door; `enforceSchema` around the constant holds all the rest that the schema says.
 * - `hasStatus: true` when a controller writes `status`: it is then written by the status subresource alone.
 * - `columns`, `shortNames`, `categories`: what `kubectl get` shows, and by which names.
 * - `admit`: what a schema cannot say; it sees the object before the change, too.
 * - rules for who may use it: `rbac/default-roles.ts`; what only one identity may write: `access/factory-access.ts`.
 *
 * Users bring kinds of their own by a CustomResourceDefinition, without any of this.
 */
export interface ResourceType<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  group: string;
  version: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  /** True when `status` is written through the status subresource only. */
  hasStatus: boolean;
  /** @default the kind in lower case */
  singular?: string;
  shortNames?: readonly string[];
  categories?: readonly string[];
  /** What the object looks like; without one any JSON object is accepted. A function is called once, when it is needed. */
  schema?: JsonSchema | (() => JsonSchema);
  /** True when strategic merge patches are understood, which needs a schema with merge keys. @default false */
  strategicMerge?: boolean;
  /** Defined by a CustomResourceDefinition: the types of its fields are a matter of admission. */
  custom?: boolean;
  /** The columns of a Table after the name. @default the age */
  columns?: readonly PrinterColumn[];
  /** Paths beside `metadata.name` and `.namespace` that a field selector may name: `involvedObject.name`. */
  selectableFields?: readonly string[];
  /**
   * Defaults and checks an object that is to be written, whoever writes it; what it returns is stored. Not called for
   * changes of metadata alone, unless `admitsMetadata`. @throws KubeError Invalid
   */
  admit?(object: KubeObject, context: AdmissionContext): KubeObject;
  /** True when `admit` has a say in labels and annotations, too. @default false */
  admitsMetadata?: boolean;
  /** Objects of this resource are not stored, but what others are shown as. */
  view?: ResourceView;
  /** Carries `T` for inference; never set. */
  readonly object?: T;
}

/** What names one object. */
export interface ObjectKey {
  namespace: string;
  name: string;
}
