export * from './error.ts';
export { type HostNeed, type HostReport, inspectHost } from './host/inspect.ts';
export { createImageStore, type ImageStoreOptions } from './image-store/image-store.ts';
export * from './pod.ts';
export { type HostIds, makeSharedDirectory } from './rootfs/shared-directory.ts';
export { type ContainerUser, imageUser } from './rootfs/user.ts';
export { createSandbox, type SandboxOptions } from './sandbox.ts';
