import { randomUUID } from 'node:crypto';
import type { AccessTable } from '../access/access-table.ts';
import { Authorizer } from '../access/authorizer.ts';
import { factoryAccess } from '../access/factory-access.ts';
import type { Identity } from '../access/identity.ts';
import { type Clock, systemClock } from '../clock.ts';
import { coreResources } from '../core/core-resources.ts';
import { Namespaces } from '../core/namespace.ts';
import { isKubeError, KubeError } from '../error.ts';
import type { ResourceType } from '../object.ts';
import { type AnyObject, apiVersionOf, ResourceRegistry } from '../resource.ts';
import { type Database, openDatabase } from './database.ts';
import { GarbageCollector } from './garbage-collector.ts';
import { randomNameSuffix } from './generated-name.ts';
import { GroupCommit } from './group-commit.ts';
import { ObjectStore } from './object-store.ts';
import { ObjectTable } from './object-table.ts';
import { StoreClient } from './store-client.ts';
import { WatchHub } from './watch-hub.ts';

export interface StoreOptions {
  /** The database file, created with its folder if needed; `:memory:` keeps nothing. */
  path: string;
  /** What is served beside the core kinds. */
  resources?: Iterable<ResourceType>;
  /** @default systemClock */
  clock?: Clock;
  /** The suffix of a generated name. @default 5 random characters of Kubernetes' alphabet */
  randomName?: () => string;
  /** @default crypto.randomUUID */
  randomUid?: () => string;
  /** How many events a watch can go back; a tenth more may be kept. @default 10000 */
  historyEvents?: number;
  /** Writes that would make the database file larger fail with `StorageFull`. @default no bound but the disk */
  maxSizeBytes?: number;
  /** Who may do what. @default factoryAccess */
  access?: AccessTable;
  /** Told what goes wrong in the background (garbage collection). @default ignored; the work is tried again at the next start */
  onError?: (error: unknown) => void;
}

/** The embedded API: a durable store of objects, and clients to it. */
export interface Store {
  readonly resources: ResourceRegistry;
  /** The version of the newest change. */
  readonly version: number;
  /** A client that acts as `identity`, with no more rights than it would have over HTTP. */
  client(identity: Identity): StoreClient;
  /** Resolves when garbage collection has nothing left to do. */
  settled(): Promise<void>;
  /** Ends all watches and refuses further calls with `StoreClosed`. What was acknowledged is on disk. */
  close(): void;
}

/**
 * Opens a store; one process at a time may have it. A write that was acknowledged is on disk (WAL,
 * synchronous=FULL) and survives SIGKILL and power loss.
 *
 * Throws `StoreLocked`, `StoreCorrupt`, `StoreTooNew`, `StorageFull`.
 */
export function createStore(options: StoreOptions): Store {
  const database = openDatabase(options);
  try {
    return assemble(database, options);
  } catch (error) {
    database.close();
    throw error;
  }
}

function assemble(database: Database, options: StoreOptions): Store {
  const { clock = systemClock, historyEvents = 10_000, onError = () => {} } = options;
  const resources = new ResourceRegistry([...coreResources, ...(options.resources ?? [])]);
  const authorizer = new Authorizer(options.access ?? factoryAccess);
  const table = new ObjectTable(database, historyEvents);
  const hub = new WatchHub(table);
  const writer = new GroupCommit(database, table, (changes) => {
    for (const change of changes) hub.publish(change.event);
    for (const change of changes) collector.observe(change);
  });
  const objects = new ObjectStore({
    table,
    writer,
    clock,
    randomName: options.randomName ?? randomNameSuffix,
    randomUid: options.randomUid ?? randomUUID,
  });
  let closed = false;
  const collector = new GarbageCollector(objects, resources, (error) => {
    if (!isKubeError(error, 'StoreClosed')) onError(error);
  });
  const assertOpen = () => {
    if (closed) throw new KubeError('StoreClosed', 'the store is closed');
  };
  if (!table.has('namespaces', '', 'default')) writer.runNow(() => insertDefaultNamespace(objects));
  collector.start();
  return {
    resources,
    get version() {
      return table.version;
    },
    client: (identity) => new StoreClient({ objects, hub, resources, authorizer, assertOpen }, identity),
    settled: () => collector.settled(),
    close() {
      if (closed) return;
      closed = true;
      writer.close();
      hub.close();
      database.close();
    },
  };
}

function insertDefaultNamespace(objects: ObjectStore): void {
  const object: AnyObject = {
    apiVersion: apiVersionOf(Namespaces),
    kind: Namespaces.kind,
    metadata: { name: 'default' },
  };
  objects.insert(Namespaces, object, ({ after }) => after);
}
