/** What usually makes two builds of one source differ. `content` is a difference that has no known name. */
export const differenceCauses = {
  'config-time': "the time of the build in the image's config",
  'layer-time': 'the time of the build in the files of a layer',
  'file-order': 'the order of the files in a layer',
  'base-image': 'another base image',
  'build-id': "Go's build id in a program",
  paths: 'the directory of the build in a program',
  symbols: 'debug symbols in a program',
  compression: 'the same layer, compressed differently',
  content: 'other content',
} as const;

export type DifferenceCause = keyof typeof differenceCauses;

/** One place in which two images differ. Paths and values are from the images, and so untrusted. */
export interface Difference {
  cause: DifferenceCause;
  /** `config`, or the number of a layer, from 0 at the base. */
  layer: 'config' | number;
  /** A path in the config (`history[1].created`) or a file of the layer; absent for the layer as a whole. */
  path?: string;
  left: string;
  right: string;
}
