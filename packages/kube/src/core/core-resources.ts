import type { ResourceType } from '../object.ts';
import { ConfigMaps } from './config-map.ts';
import { Events } from './event.ts';
import { Namespaces } from './namespace.ts';
import { PersistentVolumeClaims } from './persistent-volume-claim.ts';
import { Secrets } from './secret.ts';
import { ServiceAccounts } from './service-account.ts';

/** The core kinds that every store serves. */
export const coreResources: readonly ResourceType[] = [
  ConfigMaps,
  Events,
  Namespaces,
  PersistentVolumeClaims,
  Secrets,
  ServiceAccounts,
];
