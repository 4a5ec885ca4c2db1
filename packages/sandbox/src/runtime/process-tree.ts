/** Reads a file of `/proc/<pid>`; undefined when the process is gone. */
export type ReadProc = (pid: number, file: string) => string | undefined;

/** A process and all its descendants, as far as they can be seen. */
export function processTree(root: number, read: ReadProc): number[] {
  const pids = [root];
  for (let index = 0; index < pids.length; index++) {
    const pid = pids[index]!;
    const children = read(pid, `task/${pid}/children`)?.trim();
    if (children) pids.push(...children.split(' ').map(Number));
  }
  return pids;
}

const sigterm = 15n;

/**
 * Whether a process would outlive a TERM: it has a handler, or ignores it because it must not be disturbed. Any other
 * ends by it, except the first process of a pid namespace, which the kernel then does not deliver it to.
 */
export function outlivesTerm(pid: number, read: ReadProc): boolean {
  const masks = (read(pid, 'status') ?? '').matchAll(/^Sig(?:Cgt|Ign):\s*([0-9a-f]+)$/gm);
  return [...masks].some(([, mask]) => ((BigInt(`0x${mask}`) >> (sigterm - 1n)) & 1n) === 1n);
}
