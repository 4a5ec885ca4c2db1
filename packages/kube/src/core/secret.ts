import type { KubeObject, ResourceType } from '../object.ts';

/** `v1` Secret. */
export interface Secret extends KubeObject {
  /** `Opaque` when absent. */
  type?: string;
  /** Base64. */
  data?: Record<string, string>;
  /** Written in clear; the store folds it into `data`. Never read back. */
  stringData?: Record<string, string>;
  immutable?: boolean;
}

export const Secrets: ResourceType<Secret> = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  hasStatus: false,
};
