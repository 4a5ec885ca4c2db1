export type { AccessRequest, Decision, PathRequest, ResourceRequest } from './access/access-request.ts';
export { accessResources } from './access/access-resources.ts';
export { type AccessRoutesOptions, addAccessRoutes } from './access/access-routes.ts';
export type { AccessRule, AccessTable, Field, ReservedField, Verb } from './access/access-table.ts';
export {
  type Authenticator,
  bearerToken,
  createTokenAuthenticator,
  firstOf,
} from './access/authenticator.ts';
export { type Attempt, Authorizer } from './access/authorizer.ts';
export { factoryAccess } from './access/factory-access.ts';
export {
  adminIdentity,
  allGroups,
  anonymousIdentity,
  apiServerIdentity,
  gateIdentity,
  type Identity,
  observerIdentity,
  runnerIdentity,
} from './access/identity.ts';
export { protectPaths } from './access/protect-paths.ts';
export { FieldErrors, invalidObject } from './admission/field-errors.ts';
export { type AuditLog, type AuditLogOptions, openAuditLog } from './audit/audit-log.ts';
export { auditRequests } from './audit/audit-requests.ts';
export { readPrivateFile, writePrivateFile } from './certificates/private-file.ts';
export { openServingCertificate, type ServingCertificate } from './certificates/serving-certificate.ts';
export type {
  Client,
  DeleteOptions,
  ListOptions,
  ObjectList,
  WatchEvent,
  WatchOptions,
} from './client/client.ts';
export { execInPod } from './client/exec-in-pod.ts';
export { createHttpClient, type HttpClientOptions } from './client/http-client.ts';
export { type Clock, ManualClock, systemClock, timestamp } from './clock.ts';
export { getCondition, setCondition } from './condition.ts';
export type { Controller, Lister, ReconcileResult, SecondaryWatch } from './controller/controller.ts';
export {
  type ControllerFault,
  type Controllers,
  type ControllersOptions,
  startControllers,
} from './controller/start-controllers.ts';
export { type ConfigMap, ConfigMaps } from './core/config-map.ts';
export { coreResources } from './core/core-resources.ts';
export { type CoreEvent, Events, type ObjectReference } from './core/event.ts';
export { type Lease, Leases } from './core/lease.ts';
export { type Namespace, Namespaces } from './core/namespace.ts';
export { type PersistentVolumeClaim, PersistentVolumeClaims } from './core/persistent-volume-claim.ts';
export { type ContainerState, type ContainerStatus, type Pod, type PodContainer, Pods } from './core/pod.ts';
export { type Secret, Secrets } from './core/secret.ts';
export { type ServiceAccount, ServiceAccounts } from './core/service-account.ts';
export {
  type CustomResourceDefinition,
  CustomResourceDefinitions,
} from './custom-resources/custom-resource-definition.ts';
export type { DiscoveredResource } from './discovery/discovered-resource.ts';
export {
  isKubeError,
  KubeError,
  type KubeErrorCode,
  kubeErrorCodes,
  type StatusCause,
  type StatusDetails,
} from './error.ts';
export type { ApiMetricsOptions } from './metrics/api-metrics.ts';
export { serveMetrics } from './metrics/serve-metrics.ts';
export type {
  AdmissionContext,
  Condition,
  KubeObject,
  ManagedFieldsEntry,
  ObjectKey,
  ObjectMeta,
  OwnerReference,
  PrinterColumn,
  ResourceType,
} from './object.ts';
export type { PodHost, PodLogOptions, RemoteCommand, RemoteProcess, WindowSize } from './pods/pod-host.ts';
export { addPodRoutes, type PodRoutesOptions } from './pods/pod-routes.ts';
export {
  defaultClusterRoleBindings,
  defaultClusterRoles,
  installDefaultRoles,
} from './rbac/default-roles.ts';
export {
  type ClusterRole,
  type ClusterRoleBinding,
  ClusterRoleBindings,
  ClusterRoles,
  type PolicyRule,
  type Role,
  type RoleBinding,
  RoleBindings,
  type RoleRef,
  Roles,
  type Subject,
} from './rbac/rbac-resources.ts';
export { apiVersionOf, ResourceRegistry, resourceId } from './resource.ts';
export { enforceSchema } from './schema/enforce-schema.ts';
export { structuralSchema } from './schema/from-json-schema.ts';
export type { JsonSchema } from './schema/json-schema.ts';
export * as schemaWords from './schema/schema-shorthand.ts';
export { matchesLabels, parseLabelSelector } from './selector/label-selector.ts';
export { type ApiServer, type ApiServerOptions, createApiServer } from './server/api-server.ts';
export { generatedName, randomNameSuffix } from './store/generated-name.ts';
export { copyStore, inspectStore, type StoreReport } from './store/inspect-store.ts';
export { createStore, type Store, type StoreOptions, type StoreStatistics } from './store/store.ts';
export { requestToken } from './tokens/request-token.ts';
export {
  type BoundObject,
  createServiceAccountTokens,
  type IssuedToken,
  type IssueToken,
  type ServiceAccountTokens,
  type ServiceAccountTokensOptions,
} from './tokens/service-account-tokens.ts';
export { openTokenKey, type TokenKey } from './tokens/token-key.ts';
export type { TokenRequest } from './tokens/token-request.ts';
export type { ResourceView } from './view/resource-view.ts';
export { type Status, statusOf } from './wire/status.ts';
