import type { DefaultsConfig, FeatureFlags } from '../defaults/config.ts';

/** Tekton's settings that decide what is accepted. */
export interface ValidationOptions {
  /** @default Tekton's own */
  featureFlags?: FeatureFlags;
  /** @default Tekton's own */
  defaults?: DefaultsConfig;
}
