export * from './assemble/index.ts';
export {
  type CredentialSource,
  type Credentials,
  createCredentialSource,
  type RegistryAuths,
  storedCredentials,
} from './client/credentials.ts';
export type { HostConfig } from './client/hosts.ts';
export { referrersTag } from './client/referrers-tag.ts';
export {
  createRegistryClient,
  RegistryClient,
  type RegistryClientOptions,
} from './client/registry-client.ts';
export type { RetryOptions } from './client/retry.ts';
export * from './compare/index.ts';
export * from './content.ts';
export { type CopyOptions, type CopyResult, copyImage } from './copy/copy-image.ts';
export { computeDigest, type DigestAlgorithm, isDigest, parseDigest, verifyDigest } from './digest/digest.ts';
export { collect, verifyStream } from './digest/verify-stream.ts';
export { isOciError, OciError, type OciErrorCode, ociErrorCodes } from './error.ts';
export { LayoutStore, openLayoutStore } from './layout/layout-store.ts';
export { type BlobDescriptor, describeManifest, type ManifestSummary, parseManifest } from './manifest.ts';
export { manifestMediaTypes, maxManifestBytes, mediaTypes, refNameAnnotation } from './media-types.ts';
export {
  formatReference,
  isRepositoryPath,
  isTag,
  parseReference,
  parseRepository,
  type Reference,
  referenceTarget,
} from './reference/reference.ts';
export type { Access, PushEvent, RegistryOptions, Verdict } from './server/registry-options.ts';
export { registryPlugin } from './server/registry-plugin.ts';
export {
  createRegistryServer,
  type RegistryServer,
  type RegistryServerOptions,
} from './server/registry-server.ts';
