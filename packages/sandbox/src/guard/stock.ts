import { Guard, type GuardNetwork, type GuardSettings } from './guard.ts';

/** Guards made ahead of need, each used once: what a pod waits for is then only its containers. */
export class GuardStock {
  readonly #settings: GuardSettings;
  readonly #size: number;
  readonly #stock: Guard[] = [];
  #refill: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param size how many are kept of the kind of network last asked for */
  constructor(settings: GuardSettings, size: number) {
    this.#settings = settings;
    this.#size = size;
  }

  /** A guard that may still be getting ready: see `Guard.ready`. */
  take(network: GuardNetwork): Guard {
    const index = this.#stock.findIndex((guard) => guard.network === network && guard.alive);
    const guard = index >= 0 ? this.#stock.splice(index, 1)[0] : undefined;
    this.#schedule(network);
    guard?.hold(true);
    return guard ?? new Guard(this.#settings, network);
  }

  /** Makes guards now, for a pod that is about to come. */
  fill(network: GuardNetwork): void {
    const ofKind = this.#stock.filter((guard) => guard.network === network && guard.alive);
    for (let missing = this.#size - ofKind.length; missing > 0 && !this.#closed; missing--) {
      const guard = new Guard(this.#settings, network);
      guard.hold(false);
      this.#stock.push(guard);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#refill);
    await Promise.all(this.#stock.splice(0).map((guard) => guard.end()));
  }

  #schedule(network: GuardNetwork): void {
    if (this.#size === 0) return;
    // After the pod that was just asked for has started: making another now would slow that one down.
    clearTimeout(this.#refill);
    this.#refill = setTimeout(() => this.fill(network), 25);
    this.#refill.unref();
  }
}
