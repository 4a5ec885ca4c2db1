export { defaultObserverConfig, type ObserverConfig, type StorageBackend } from './controller/config.ts';
export { createObserver, type ObserverOptions, type ObserverReport } from './controller/create-observer.ts';
export {
  finalizers,
  payloadAnnotation,
  retriesAnnotation,
  signatureAnnotation,
  signedAnnotation,
} from './controller/marks.ts';
export type { Observation } from './controller/observe-run.ts';
export type { Dependency } from './dependencies/dependency.ts';
export { pipelineRunInputs, stepInputs } from './dependencies/materials.ts';
export {
  buildTypes,
  taskDescriptorFor,
  taskRunDependencies,
  withoutDuplicates,
} from './dependencies/resolved-dependencies.ts';
export { ObserverError, type ObserverErrorCode, observerErrorCodes } from './error.ts';
export { runRecordName } from './formats/byproducts.ts';
export { createStatement, localBuilderId, type StatementOptions } from './formats/create-statement.ts';
export { type StatementFormat, statementFormats } from './formats/format.ts';
export { hintedImages } from './hints/artifacts.ts';
export { type HintImage, parseHintImage } from './hints/image-name.ts';
export type { HintWarning, Warn } from './hints/warning.ts';
export { familyOf, type RunFamily } from './run/family.ts';
