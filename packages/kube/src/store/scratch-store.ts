import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type ConfigMap, ConfigMaps } from '../core/config-map.ts';
import type { OwnerReference } from '../object.ts';
import { createStore, type Store, type StoreOptions } from './store.ts';

/** For tests: a folder that is gone after the test. */
export function scratchFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'kube-store-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** For tests: a store that is gone after the test. */
export function scratchStore(t: TestContext, options: Partial<StoreOptions> = {}): Store {
  const store = createStore({ path: join(scratchFolder(t), 'store.db'), ...options });
  t.after(() => store.close());
  return store;
}

/** For tests: a ConfigMap. */
export function configMap(name: string, data: Record<string, string> = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data };
}

/** For tests: `object` as owned by `owners`. */
export function owned(object: ConfigMap, owners: ConfigMap[], blockOwnerDeletion = true): ConfigMap {
  const ownerReferences = owners.map(
    (owner): OwnerReference => ({
      apiVersion: 'v1',
      kind: ConfigMaps.kind,
      name: owner.metadata.name ?? '',
      uid: owner.metadata.uid ?? '',
      blockOwnerDeletion,
    }),
  );
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}
