export { type LibraryDefinition, policyData, policyFiles } from './definitions.ts';
export { LibraryError, type LibraryErrorCode, libraryErrorCodes } from './error.ts';
export {
  type BuildToolboxImagesOptions,
  type BuiltImage,
  buildToolboxImages,
  type ImageProgress,
} from './images/build-toolbox-images.ts';
export type { ImageRecipe, LayerRecipe } from './images/recipe.ts';
export { type ToolboxImageName, toolboxImages } from './images/toolbox-images.ts';
export { type LibraryTask, listPipelines, listTasks, taskFile } from './tasks.ts';
