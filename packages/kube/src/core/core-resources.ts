import type { ResourceType } from '../object.ts';
import { ConfigMaps } from './config-map.ts';
import { Events } from './event.ts';
import { Leases } from './lease.ts';
import { Namespaces } from './namespace.ts';
import { PersistentVolumeClaims } from './persistent-volume-claim.ts';
import { Pods } from './pod.ts';
import { Secrets } from './secret.ts';
import { ServiceAccounts } from './service-account.ts';

/** The core kinds that every store serves. */
export const coreResources: readonly ResourceType[] = [
  ConfigMaps,
  Events,
  Leases,
  Namespaces,
  PersistentVolumeClaims,
  Pods,
  Secrets,
  ServiceAccounts,
];
