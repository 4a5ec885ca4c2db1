import type { Clock } from '../clock.ts';

export interface WorkQueueOptions {
  clock: Clock;
  /** How many keys are worked on at once. */
  concurrency: number;
  /** The work on one key; resolves to a delay in milliseconds after which it is due again, or undefined. */
  work(key: string): Promise<number | undefined>;
  onError(error: unknown, key: string): void;
}

/** Keys: how many are due and being worked on, and how often one was worked on, and failed. */
export interface QueueStatistics {
  due: number;
  active: number;
  worked: number;
  failed: number;
}

const firstBackOffMs = 5;
const longestBackOffMs = 30_000;

/**
 * Keys to work on, each once however often it is added. A key is never worked on twice at a time: added meanwhile, it
 * is due again right after. A failed key comes back after 5 ms, doubling with each failure to 30 s; adding it
 * brings it back at once.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #due = new Set<string>();
  readonly #active = new Set<string>();
  readonly #delayed = new Map<string, () => void>();
  readonly #failures = new Map<string, number>();
  #running = false;
  #scheduled = false;
  #stopped = false;
  #waiters: (() => void)[] = [];
  #worked = 0;
  #failed = 0;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** Begins to work; keys may be added before. */
  start(): void {
    this.#running = true;
    this.#schedule();
  }

  add(key: string): void {
    if (this.#stopped) return;
    this.#due.add(key);
    this.#schedule();
  }

  /** What the queue holds now, and has done since its start. */
  get statistics(): QueueStatistics {
    return { due: this.#due.size, active: this.#active.size, worked: this.#worked, failed: this.#failed };
  }

  /** True when nothing is due or being worked on; keys that wait for their time do not count. */
  get idle(): boolean {
    return this.#active.size === 0 && (this.#due.size === 0 || this.#stopped);
  }

  /** Resolves when the queue is idle. */
  async whenIdle(): Promise<void> {
    while (!this.idle) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiters.push(resolve);
      await promise;
    }
  }

  /** Takes up no further key; resolves when the work under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#due.clear();
    for (const cancel of this.#delayed.values()) cancel();
    this.#delayed.clear();
    this.#notify();
    await this.whenIdle();
  }

  #schedule(): void {
    if (!this.#running || this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#drain();
    });
  }

  #drain(): void {
    for (const key of this.#due) {
      if (this.#stopped || this.#active.size >= this.#options.concurrency) return;
      if (this.#active.has(key)) continue;
      this.#due.delete(key);
      this.#active.add(key);
      void this.#process(key);
    }
  }

  async #process(key: string): Promise<void> {
    this.#cancelDelay(key);
    this.#worked++;
    let delay: number | undefined;
    try {
      delay = await this.#options.work(key);
      this.#failures.delete(key);
    } catch (error) {
      const failures = this.#failures.get(key) ?? 0;
      this.#failures.set(key, failures + 1);
      this.#failed++;
      delay = Math.min(firstBackOffMs * 2 ** failures, longestBackOffMs);
      this.#options.onError(error, key);
    }
    this.#active.delete(key);
    if (delay !== undefined && !this.#stopped && !this.#due.has(key)) this.#addLater(key, delay);
    this.#notify();
    this.#schedule();
  }

  #addLater(key: string, delayMs: number): void {
    const cancel = this.#options.clock.setTimer(() => {
      this.#delayed.delete(key);
      this.add(key);
    }, delayMs);
    this.#delayed.set(key, cancel);
  }

  #cancelDelay(key: string): void {
    this.#delayed.get(key)?.();
    this.#delayed.delete(key);
  }

  #notify(): void {
    if (!this.idle) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }
}
