/** Who asks for a slot. */
export interface SlotRequest {
  namespace: string;
  /** TaskRuns of one PipelineRun share this; one that stands by itself has its own. */
  run: string;
  /** How many of `run` may have a slot at once; the least that any of them says holds. @default any number */
  runLimit?: number;
}

/** Gives the slot back; harmless when called again. */
export type Release = () => void;

interface Waiting extends SlotRequest {
  runLimit: number;
  granted(release: Release): void;
}

/**
 * As many slots as TaskRuns may run at once. A free one goes to the namespaces that wait in turn, within a namespace to its runs in
 * turn, and within a run to who came first: however many TaskRuns a run or a namespace has, the others need not wait
 * for more than one of it each time round.
 */
export class SlotQueue {
  readonly size: number;
  #taken = 0;
  /** By run. */
  readonly #takenBy = new Map<string, number>();
  /** Who waits, by namespace and run, each in the order of its turns: who is served goes to the end. */
  readonly #waiting = new Map<string, Map<string, Set<Waiting>>>();

  constructor(size: number) {
    this.size = size;
  }

  get taken(): number {
    return this.#taken;
  }

  get waiting(): number {
    return [...this.#waiting.values()]
      .flatMap((runs) => [...runs.values()])
      .reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * Takes a slot as soon as it is this request's turn.
   * @param signal gives up waiting
   * @param wait called, before this returns, when there is none at once, with the reason in words
   * @returns what gives it back, or undefined when `signal` aborted first
   */
  async acquire(
    request: SlotRequest,
    signal: AbortSignal,
    wait: (why: string) => void,
  ): Promise<Release | undefined> {
    if (signal.aborted) return undefined;
    const { namespace, run, runLimit = Number.POSITIVE_INFINITY } = request;
    const limited = this.#takenOf(run) >= runLimit;
    const queued = this.#waiting.get(namespace)?.has(run) ?? false;
    if (this.#taken < this.size && !limited && !queued) return this.#take(run);
    if (limited) wait(`this run may have ${runLimit} at once`);
    else
      wait(queued && this.#taken < this.size ? 'others of this run are first' : `all ${this.size} are taken`);
    const { promise, resolve } = Promise.withResolvers<Release | undefined>();
    const waiting: Waiting = { namespace, run, runLimit, granted: resolve };
    this.#enqueue(waiting);
    const giveUp = () => {
      this.#dequeue(waiting);
      resolve(undefined);
      // Those behind it may have a larger limit.
      this.#grant();
    };
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  #takenOf(run: string): number {
    return this.#takenBy.get(run) ?? 0;
  }

  #take(run: string): Release {
    this.#taken += 1;
    this.#takenBy.set(run, this.#takenOf(run) + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#taken -= 1;
      const left = this.#takenOf(run) - 1;
      if (left > 0) this.#takenBy.set(run, left);
      else this.#takenBy.delete(run);
      this.#grant();
    };
  }

  #enqueue(waiting: Waiting): void {
    const { namespace, run } = waiting;
    const runs = this.#waiting.get(namespace) ?? new Map<string, Set<Waiting>>();
    this.#waiting.set(namespace, runs);
    const others = runs.get(run) ?? new Set();
    runs.set(run, others.add(waiting));
  }

  #dequeue(waiting: Waiting): void {
    const { namespace, run } = waiting;
    const runs = this.#waiting.get(namespace);
    const others = runs?.get(run);
    if (!runs || !others?.delete(waiting)) return;
    if (others.size === 0) runs.delete(run);
    if (runs.size === 0) this.#waiting.delete(namespace);
  }

  #grant(): void {
    for (let next = this.#next(); next; next = this.#next()) {
      const { namespace, run, granted } = next;
      this.#dequeue(next);
      const runs = this.#waiting.get(namespace);
      const others = runs?.get(run);
      if (runs && others) {
        runs.delete(run);
        runs.set(run, others);
      }
      if (runs) {
        this.#waiting.delete(namespace);
        this.#waiting.set(namespace, runs);
      }
      granted(this.#take(run));
    }
  }

  #next(): Waiting | undefined {
    if (this.#taken >= this.size) return undefined;
    for (const runs of this.#waiting.values()) {
      for (const [run, [first]] of runs) {
        if (first && this.#takenOf(run) < first.runLimit) return first;
      }
    }
    return undefined;
  }
}
