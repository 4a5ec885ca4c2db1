/**
 * The messages of Kubernetes' protobuf encoding that requests carry: `name type number`, one a field. `[]` repeats, `<T>` is a map
 * from text, and `!` marks a field whose zero counts, being a pointer in Go. Numbers as in the `generated.proto` files of k8s.io/api
 * and k8s.io/apimachinery.
 */
const definitions: Record<string, string> = {
  Envelope: 'typeMeta TypeMeta 1, raw raw 2, contentEncoding string 3, contentType string 4',
  TypeMeta: 'apiVersion string 1, kind string 2',
  ObjectMeta: `name string 1, generateName string 2, namespace string 3, selfLink string 4, uid string 5,
    resourceVersion string 6, generation int 7, creationTimestamp Time 8, deletionTimestamp Time 9,
    deletionGracePeriodSeconds int! 10, labels <string> 11, annotations <string> 12, ownerReferences OwnerReference[] 13,
    finalizers string[] 14, managedFields ignored 17`,
  OwnerReference:
    'kind string 1, name string 3, uid string 4, apiVersion string 5, controller bool! 6, blockOwnerDeletion bool! 7',
  LabelSelector: 'matchLabels <string> 1, matchExpressions LabelSelectorRequirement[] 2',
  LabelSelectorRequirement: 'key string 1, operator string 2, values string[] 3',
  DeleteOptions: `gracePeriodSeconds int! 1, preconditions Preconditions 2, orphanDependents bool! 3,
    propagationPolicy string 4, dryRun string[] 5, ignoreStoreReadErrorWithClusterBreakingPotential ignored 6`,
  Preconditions: 'uid string 1, resourceVersion string 2',

  ConfigMap: 'metadata ObjectMeta 1, data <string> 2, binaryData <bytes> 3, immutable bool! 4',
  Secret: 'metadata ObjectMeta 1, data <bytes> 2, type string 3, stringData <string> 4, immutable bool! 5',
  ServiceAccount: `metadata ObjectMeta 1, secrets ObjectReference[] 2, imagePullSecrets LocalObjectReference[] 3,
    automountServiceAccountToken bool! 4`,
  LocalObjectReference: 'name string 1',
  ObjectReference: `kind string 1, namespace string 2, name string 3, uid string 4, apiVersion string 5,
    resourceVersion string 6, fieldPath string 7`,
  Namespace: 'metadata ObjectMeta 1, spec NamespaceSpec 2, status ignored 3',
  NamespaceSpec: 'finalizers string[] 1',
  Event: `metadata ObjectMeta 1, involvedObject ObjectReference 2, reason string 3, message string 4, source EventSource 5,
    firstTimestamp Time 6, lastTimestamp Time 7, count int 8, type string 9, eventTime MicroTime 10, series EventSeries 11,
    action string 12, related ObjectReference 13, reportingComponent string 14, reportingInstance string 15`,
  EventSource: 'component string 1, host string 2',
  EventSeries: 'count int 1, lastObservedTime MicroTime 2',
  PersistentVolumeClaim: 'metadata ObjectMeta 1, spec PersistentVolumeClaimSpec 2, status ignored 3',
  PersistentVolumeClaimSpec: `accessModes string[] 1, resources VolumeResourceRequirements 2, volumeName string 3,
    selector LabelSelector 4, storageClassName string! 5, volumeMode string! 6, dataSource TypedReference 7,
    dataSourceRef TypedReference 8, volumeAttributesClassName string! 9`,
  VolumeResourceRequirements: 'limits <Quantity> 1, requests <Quantity> 2',
  Quantity: 'string string 1',
  TypedReference: 'apiGroup string! 1, kind string 2, name string 3, namespace string! 4',
  Lease: 'metadata ObjectMeta 1, spec LeaseSpec 2',
  LeaseSpec: `holderIdentity string! 1, leaseDurationSeconds int! 2, acquireTime MicroTime 3, renewTime MicroTime 4,
    leaseTransitions int! 5, strategy string! 6, preferredHolder string! 7`,

  Role: 'metadata ObjectMeta 1, rules PolicyRule[] 2',
  ClusterRole: 'metadata ObjectMeta 1, rules PolicyRule[] 2, aggregationRule AggregationRule 3',
  AggregationRule: 'clusterRoleSelectors LabelSelector[] 1',
  PolicyRule:
    'verbs string[] 1, apiGroups string[] 2, resources string[] 3, resourceNames string[] 4, nonResourceURLs string[] 5',
  RoleBinding: 'metadata ObjectMeta 1, subjects Subject[] 2, roleRef RoleRef 3',
  ClusterRoleBinding: 'metadata ObjectMeta 1, subjects Subject[] 2, roleRef RoleRef 3',
  RoleRef: 'apiGroup string 1, kind string 2, name string 3',
  Subject: 'kind string 1, apiGroup string 2, name string 3, namespace string 4',

  SelfSubjectAccessReview: 'metadata ObjectMeta 1, spec SubjectAccessReviewSpec 2, status ignored 3',
  SubjectAccessReview: 'metadata ObjectMeta 1, spec SubjectAccessReviewSpec 2, status ignored 3',
  LocalSubjectAccessReview: 'metadata ObjectMeta 1, spec SubjectAccessReviewSpec 2, status ignored 3',
  SubjectAccessReviewSpec: `resourceAttributes ResourceAttributes 1, nonResourceAttributes NonResourceAttributes 2,
    user string 3, groups string[] 4, extra <ExtraValue> 5, uid string 6`,
  ExtraValue: 'items string[] 1',
  ResourceAttributes: `namespace string 1, verb string 2, group string 3, version string 4, resource string 5,
    subresource string 6, name string 7`,
  NonResourceAttributes: 'path string 1, verb string 2',
  SelfSubjectRulesReview: 'metadata ObjectMeta 1, spec SelfSubjectRulesReviewSpec 2, status ignored 3',
  SelfSubjectRulesReviewSpec: 'namespace string 1',
  SelfSubjectReview: 'metadata ObjectMeta 1, status ignored 2',
  TokenRequest: 'metadata ObjectMeta 1, spec TokenRequestSpec 2, status ignored 3',
  TokenRequestSpec: 'audiences string[] 1, boundObjectRef BoundObjectReference 3, expirationSeconds int! 4',
  BoundObjectReference: 'kind string 1, apiVersion string 2, name string 3, uid string 4',
  TokenReview: 'metadata ObjectMeta 1, spec TokenReviewSpec 2, status ignored 3',
  TokenReviewSpec: 'token string 1, audiences string[] 2',
};

const v1 = ['ConfigMap', 'Event', 'Namespace', 'PersistentVolumeClaim', 'Secret', 'ServiceAccount'];
const reviews = [
  'SelfSubjectAccessReview',
  'SubjectAccessReview',
  'LocalSubjectAccessReview',
  'SelfSubjectRulesReview',
];

/** The kinds that a request may carry in protobuf, by apiVersion. */
const kinds: Record<string, readonly string[]> = {
  v1,
  'coordination.k8s.io/v1': ['Lease'],
  'rbac.authorization.k8s.io/v1': ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'],
  'authorization.k8s.io/v1': reviews,
  'authentication.k8s.io/v1': ['SelfSubjectReview', 'TokenRequest', 'TokenReview'],
};

export interface ProtobufField {
  name: string;
  type: string;
  shape: 'one' | 'list' | 'map';
  /** A zero value is kept. */
  pointer: boolean;
}

const parsed = new Map<string, Map<number, ProtobufField>>();

/** The fields of a message by number. Throws RangeError for a message that is not known. */
export function messageFields(name: string): Map<number, ProtobufField> {
  let fields = parsed.get(name);
  if (!fields) {
    const text = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
    if (text === undefined) throw new RangeError(`no message ${name}`);
    fields = new Map(text.split(',').map(parseField));
    parsed.set(name, fields);
  }
  return fields;
}

function parseField(text: string): [number, ProtobufField] {
  const [name = '', type = '', number] = text.trim().split(/\s+/);
  const shape = type.startsWith('<') ? 'map' : type.endsWith('[]') ? 'list' : 'one';
  return [
    Number(number),
    { name, type: type.replace(/[<>!]|\[\]/g, ''), shape, pointer: type.endsWith('!') },
  ];
}

/** True for kinds that are read as protobuf. DeleteOptions come under the version of whatever is deleted. */
export function isProtobufKind(apiVersion: string, kind: string): boolean {
  if (kind === 'DeleteOptions') return true;
  return Object.hasOwn(kinds, apiVersion) && kinds[apiVersion]!.includes(kind);
}
