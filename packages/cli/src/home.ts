import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where a factory keeps everything; all of it is made by Assay, and removing it removes every trace. */
export interface Home {
  root: string;
  /** The API objects. */
  store: string;
  /** The embedded registry's OCI layouts. */
  registry: string;
  /** Bare git repositories that the factory serves. */
  repositories: string;
  /** Layers, pods, volumes; the only directory that containers are mounted from. */
  sandbox: string;
  logs: string;
  /** The signing key; only the observer opens it. */
  keys: string;
  /** The API's certificates and tokens. */
  access: string;
  /** Sockets, tokens and process ids of a running factory. */
  run: string;
  /** What can be fetched or built again. */
  cache: string;
}

/** `$ASSAY_HOME`, else `assay` in the XDG data directory. Made when missing. */
export function openHome(environment: NodeJS.ProcessEnv = process.env): Home {
  const root = resolve(environment.ASSAY_HOME || defaultRoot(environment));
  const home: Home = {
    root,
    store: join(root, 'store.db'),
    registry: join(root, 'registry'),
    repositories: join(root, 'repositories'),
    sandbox: join(root, 'sandbox'),
    logs: join(root, 'logs'),
    keys: join(root, 'keys'),
    access: join(root, 'access'),
    run: join(root, 'run'),
    cache: join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'assay'),
  };
  for (const directory of [home.registry, home.repositories, home.sandbox, home.logs, home.cache]) {
    mkdirSync(directory, { recursive: true });
  }
  for (const directory of [home.keys, home.access, home.run]) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }
  return home;
}

/** Where a home is when `$ASSAY_HOME` names no other. */
export function defaultRoot(environment: NodeJS.ProcessEnv = process.env): string {
  return resolve(environment.XDG_DATA_HOME || join(homedir(), '.local/share'), 'assay');
}
