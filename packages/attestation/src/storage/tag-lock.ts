const waiting = new Map<string, Promise<unknown>>();

/**
 * Runs `task` when every earlier task of the same key has ended. Appending to a tag means reading and replacing its
 * manifest, so within this process appends to one tag go one after the other.
 */
export async function withTagLock<T>(key: string, task: () => Promise<T>): Promise<T> {
  const before = waiting.get(key) ?? Promise.resolve();
  const result = before.then(task, task);
  const settled = result.catch(() => {});
  waiting.set(key, settled);
  try {
    return await result;
  } finally {
    if (waiting.get(key) === settled) waiting.delete(key);
  }
}
