export { compareImages, type ImageComparison, type ImageLocator } from './compare-images.ts';
export { type Difference, type DifferenceCause, differenceCauses } from './difference.ts';
