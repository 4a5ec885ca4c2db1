/** What a caller may do with a resource, in Kubernetes' words; and `push`, to a protected part of the registry. */
export type Verb =
  | 'get'
  | 'list'
  | 'watch'
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'deletecollection'
  | 'push';

/** A part of an object that rules speak of. */
export type Field = { annotationPrefix: string } | { finalizerPrefix: string } | { subresource: 'status' };

/**
 * Permits. `subjects` are identity names, or groups written `group:<name>`. `resources` are resource ids
 * (`taskruns.tekton.dev`), a whole group (`*.tekton.dev`) or `*`; a subresource is named apart
 * (`taskruns.tekton.dev/status`), and `/*` at the end means the resource with all its subresources.
 */
export interface AccessRule {
  subjects: readonly string[];
  verbs: readonly (Verb | '*')[];
  resources: readonly string[];
  /** Paths that are no resources (`/metrics`), or `*`. */
  paths?: readonly string[];
  /** When present, a write under this rule may change these fields and nothing else. */
  onlyFields?: readonly Field[];
}

/** Takes a field away from everybody but the writers, whatever the rules permit. */
export interface ReservedField {
  field: Field;
  resources: readonly string[];
  writers: readonly string[];
  /** What becomes of the field when somebody else creates an object with it. */
  onCreate: 'drop' | 'forbid';
}

/** Who may do what: data, so that another source of rules can take its place. */
export interface AccessTable {
  rules: readonly AccessRule[];
  reserved: readonly ReservedField[];
}
