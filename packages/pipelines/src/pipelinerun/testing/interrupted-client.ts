import type { Client } from '@assay/kube';

/** Thrown in place of everything that follows the process's end. */
export class Killed extends Error {}

/**
 * A client whose process is killed at its n-th write: before the write reaches the API, or after it did and before
 * the answer came back. Reads before that work; nothing works afterwards.
 */
export function interruptedAt(client: Client, n: number, moment: 'before' | 'after'): Client {
  let writes = 0;
  let dead = false;
  const guard = () => {
    if (dead) throw new Killed();
  };
  async function write<T>(perform: () => Promise<T>): Promise<T> {
    guard();
    const last = ++writes === n;
    if (last && moment === 'before') {
      dead = true;
      throw new Killed();
    }
    if (last) dead = true;
    const written = await perform();
    if (last) throw new Killed();
    return written;
  }
  async function read<T>(perform: () => Promise<T>): Promise<T> {
    guard();
    return perform();
  }
  return {
    create: (resource, object) => write(() => client.create(resource, object)),
    update: (resource, object) => write(() => client.update(resource, object)),
    updateStatus: (resource, object) => write(() => client.updateStatus(resource, object)),
    patch: (resource, namespace, name, patch, options) =>
      write(() => client.patch(resource, namespace, name, patch, options)),
    delete: (resource, namespace, name, options) =>
      write(() => client.delete(resource, namespace, name, options)),
    get: (resource, namespace, name) => read(() => client.get(resource, namespace, name)),
    list: (resource, options) => read(() => client.list(resource, options)),
    watch: (resource, options) => client.watch(resource, options),
  };
}
