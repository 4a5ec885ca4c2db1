export {
  type AssembledImage,
  type AssembleImageOptions,
  assembleImage,
  type ContainerConfig,
  type Platform,
} from './assemble-image.ts';
export { canonicalJson } from './canonical-json.ts';
export type { DeferredContent, LayerEntry } from './layer-entry.ts';
export { normalizeEntryName } from './layer-order.ts';
export { type PushImageOptions, pushImage } from './push-image.ts';
export { readDirectory } from './read-directory.ts';
export { type WriteLayerOptions, type WrittenLayer, writeLayer } from './write-layer.ts';
