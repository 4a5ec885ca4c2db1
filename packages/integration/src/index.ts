export { type BuiltImage, builtImage, isBuild } from './build/built-image.ts';
export { composeSnapshot, type SnapshotOrigin } from './build/compose-snapshot.ts';
export { createSnapshotController, type SnapshotControllerOptions } from './build/snapshot-controller.ts';
export { type Application, Applications } from './resources/application.ts';
export { type Component, Components, type GitSource } from './resources/component.ts';
export { appstudioGroup, integrationLabels } from './resources/labels.ts';
export {
  type Snapshot,
  type SnapshotComponent,
  Snapshots,
  snapshotConditions,
} from './resources/snapshot.ts';
export { snapshotName } from './resources/snapshot-name.ts';
