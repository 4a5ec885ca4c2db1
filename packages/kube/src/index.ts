export type { AccessRule, AccessTable, Field, ReservedField, Verb } from './access/access-table.ts';
export { type Authenticator, bearerToken, createTokenAuthenticator } from './access/authenticator.ts';
export { type Attempt, Authorizer } from './access/authorizer.ts';
export { factoryAccess } from './access/factory-access.ts';
export { adminIdentity, type Identity, observerIdentity, runnerIdentity } from './access/identity.ts';
export type {
  Client,
  DeleteOptions,
  ListOptions,
  ObjectList,
  WatchEvent,
  WatchOptions,
} from './client/client.ts';
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
export { type Namespace, Namespaces } from './core/namespace.ts';
export { type PersistentVolumeClaim, PersistentVolumeClaims } from './core/persistent-volume-claim.ts';
export { type Secret, Secrets } from './core/secret.ts';
export { type ServiceAccount, ServiceAccounts } from './core/service-account.ts';
export {
  isKubeError,
  KubeError,
  type KubeErrorCode,
  kubeErrorCodes,
  type StatusCause,
  type StatusDetails,
} from './error.ts';
export type { Condition, KubeObject, ObjectKey, ObjectMeta, OwnerReference, ResourceType } from './object.ts';
export { apiVersionOf, ResourceRegistry, resourceId } from './resource.ts';
export { matchesLabels, parseLabelSelector } from './selector/label-selector.ts';
export { type ApiServer, type ApiServerOptions, createApiServer } from './server/api-server.ts';
export { generatedName, randomNameSuffix } from './store/generated-name.ts';
export { createStore, type Store, type StoreOptions } from './store/store.ts';
export { type Status, statusOf } from './wire/status.ts';
