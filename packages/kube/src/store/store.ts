import { randomUUID } from 'node:crypto';
import type { AccessTable } from '../access/access-table.ts';
import { Authorizer } from '../access/authorizer.ts';
import { factoryAccess } from '../access/factory-access.ts';
import type { Identity } from '../access/identity.ts';
import { type Clock, systemClock } from '../clock.ts';
import { coreResources } from '../core/core-resources.ts';
import { Namespaces } from '../core/namespace.ts';
import { CustomResources, definitionResource } from '../custom-resources/custom-resources.ts';
import { isKubeError, KubeError } from '../error.ts';
import type { ResourceType } from '../object.ts';
import { RbacPolicy } from '../rbac/rbac-policy.ts';
import { rbacResources } from '../rbac/rbac-resources.ts';
import { RoleAggregation } from '../rbac/role-aggregation.ts';
import { RoleIndex } from '../rbac/role-index.ts';
import { type AnyObject, apiVersionOf, ResourceRegistry, resourceId } from '../resource.ts';
import { type Database, openDatabase } from './database.ts';
import { GarbageCollector } from './garbage-collector.ts';
import { randomNameSuffix } from './generated-name.ts';
import { GroupCommit } from './group-commit.ts';
import { copyDatabase } from './inspect-store.ts';
import { ObjectStore } from './object-store.ts';
import { type Change, ObjectTable } from './object-table.ts';
import { SpaceReserve } from './space-reserve.ts';
import { fromSqlite } from './sqlite-error.ts';
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
  /** Writes that would make the database file larger fail with `StorageFull`, deletions aside. @default no bound but the disk */
  maxSizeBytes?: number;
  /**
   * `full`: a write that was acknowledged survives power loss (synchronous=FULL). `relaxed`: it survives the end of the
   * process at any moment, and of a power cut the last moments may be lost; writes are faster. @default full
   */
  durability?: 'full' | 'relaxed';
  /** Who may do what. @default factoryAccess */
  access?: AccessTable;
  /** Told what goes wrong in the background (garbage collection). @default ignored; the work is tried again at the next start */
  onError?: (error: unknown) => void;
}

/** Counts, and milliseconds in transactions. */
export interface StoreStatistics {
  /** Transactions, each one fsync. */
  commits: number;
  /** Changes of objects. */
  writes: number;
  failures: number;
  commitMs: number;
  /** Watches that are open. */
  watchers: number;
}

/** The embedded API: a durable store of objects, and clients to it. */
export interface Store {
  readonly resources: ResourceRegistry;
  /** The version of the newest change. */
  readonly version: number;
  /** A client that acts as `identity`, with no more rights than it would have over HTTP. */
  client(identity: Identity): StoreClient;
  /** Who may do what, for requests that are no calls of a client: reviews, paths, subresources. */
  readonly authorizer: Authorizer;
  /** What the store has done since it was opened. */
  statistics(): StoreStatistics;
  /** Resolves when garbage collection has nothing left to do. */
  settled(): Promise<void>;
  /**
   * Copies the store, as it is at one moment, into a file that does not exist yet, beside everything else.
   * @throws KubeError StorageFull
   */
  backup(target: string): Promise<void>;
  /** Ends all watches and refuses further calls with `StoreClosed`. What was acknowledged is on disk. */
  close(): void;
}

/**
 * Opens a store; one process at a time may have it. A write that was acknowledged is on disk (WAL,
 * synchronous=FULL) and survives SIGKILL and power loss. A damaged file is refused, and a damaged object not served.
 *
 * Throws `StoreLocked`, `StoreCorrupt`, `StoreTooNew`, `StorageFull`.
 */
export function createStore(options: StoreOptions): Store {
  const database = openDatabase(options);
  try {
    return assemble(database, options);
  } catch (error) {
    database.close();
    throw isKubeError(error) ? error : fromSqlite(error, options.path);
  }
}

const rbacKinds = new Map(rbacResources.map((resource) => [resourceId(resource), resource.kind]));

function assemble(database: Database, options: StoreOptions): Store {
  const { clock = systemClock, historyEvents = 10_000, onError = () => {} } = options;
  const resources = new ResourceRegistry([...coreResources, ...rbacResources, ...(options.resources ?? [])]);
  resources.register(definitionResource(resources, () => clock.now()));
  const table = new ObjectTable(database, historyEvents);
  const roles = new RoleIndex();
  const authorizer = new Authorizer(options.access ?? factoryAccess, new RbacPolicy(roles));
  const hub = new WatchHub(table);
  const publish = (changes: Change[]) => {
    for (const change of changes) hub.publish(change.event);
    for (const change of changes) collector.observe(change);
    for (const change of changes) customResources.observe(change);
    for (const { event, object } of changes) {
      const kind = rbacKinds.get(event.resource);
      if (kind === undefined) continue;
      roles.set(kind, event.namespace, event.name, event.type === 'DELETED' ? undefined : object);
      if (kind === 'ClusterRole') aggregation.changed();
    }
  };
  const reserve = new SpaceReserve(database, { maxSizeBytes: options.maxSizeBytes, now: () => clock.now() });
  const writer = new GroupCommit(database, table, publish, reserve);
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
  const aggregation = new RoleAggregation(objects, (error) => {
    if (!isKubeError(error, 'StoreClosed')) onError(error);
  });
  for (const [id, kind] of rbacKinds) {
    for (const { namespace, name, body } of table.list(id, undefined)) {
      roles.set(kind, namespace, name, JSON.parse(body) as AnyObject);
    }
  }
  const customResources = new CustomResources(objects, resources, (error) => {
    if (!isKubeError(error, 'StoreClosed')) onError(error);
  });
  const assertOpen = () => {
    if (closed) throw new KubeError('StoreClosed', 'the store is closed');
  };
  if (!table.has('namespaces', '', 'default')) writer.runNow(() => insertDefaultNamespace(objects));
  customResources.start();
  collector.start();
  return {
    resources,
    authorizer,
    get version() {
      return table.version;
    },
    client: (identity) => new StoreClient({ objects, hub, resources, authorizer, assertOpen }, identity),
    statistics: () => ({ ...writer.statistics, watchers: hub.watchers }),
    backup(target) {
      assertOpen();
      return copyDatabase(database.db, database.path, target);
    },
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
