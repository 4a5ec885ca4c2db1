export { type BuiltImage, builtImage, isBuild } from './build/built-image.ts';
export { composeSnapshot, type SnapshotOrigin } from './build/compose-snapshot.ts';
export { createSnapshotController, type SnapshotControllerOptions } from './build/snapshot-controller.ts';
export { type Application, Applications } from './resources/application.ts';
export { type Component, Components, type GitSource } from './resources/component.ts';
export { integrationLabels } from './resources/labels.ts';
export { snapshotConditions } from './resources/snapshot-conditions.ts';
export { snapshotName } from './resources/snapshot-name.ts';
