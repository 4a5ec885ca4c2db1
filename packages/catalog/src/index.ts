export { type BundleImage, type BundleOrigin, bundleImage, pushBundle } from './bundle/bundle-image.ts';
export { type BundleObject, readBundleObjects } from './bundle/bundle-object.ts';
export { type Bundle, readBundle } from './bundle/read-bundle.ts';
export { checkObject, type Finding } from './check/check-task.ts';
export { CatalogError, type CatalogErrorCode, catalogErrorCodes } from './error.ts';
export {
  type PromoteOptions,
  type Promotion,
  promoteBundle,
  requireNewVersion,
  revokeBundle,
} from './trust/promote-bundle.ts';
export {
  readTrust,
  type TrustPlace,
  type TrustVersion,
  trustHistory,
  updateTrust,
} from './trust/trust-store.ts';
export {
  merge,
  promote,
  revoke,
  type TrustEntry,
  type TrustedTasks,
  trustKey,
} from './trust/trusted-tasks.ts';
