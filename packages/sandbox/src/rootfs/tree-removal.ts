interface Request {
  path: string;
  resolve(): void;
  reject(error: unknown): void;
}

/** How long after one removal began the next one does, so that there is more than one tree to remove. */
const spacingMs = 100;
/** So many paths fit a command line, whatever their lengths. */
const most = 256;

/** Removes trees several at a time. The first of a quiet moment goes at once, others wait up to 100 ms. */
export class TreeRemoval {
  readonly #perform: (paths: string[]) => Promise<void>;
  #waiting: Request[] = [];
  #scheduled = false;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** @param perform removes all; that one of the paths is gone already is no error */
  constructor(perform: (paths: string[]) => Promise<void>) {
    this.#perform = perform;
  }

  /** Resolves when the tree is gone; fails with what removing it alone fails with. */
  remove(path: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ path, resolve, reject });
    this.#schedule();
    return promise;
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0) return;
    this.#scheduled = true;
    const wait = this.#lastMs + spacingMs - performance.now();
    setTimeout(() => void this.#next(), Math.max(0, wait));
  }

  async #next(): Promise<void> {
    this.#lastMs = performance.now();
    const batch = this.#waiting.splice(0, most);
    // One large tree holds up none that come after it.
    this.#scheduled = false;
    this.#schedule();
    try {
      await this.#perform(batch.map(({ path }) => path));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length === 1) batch[0]!.reject(error);
      else for (const { path, resolve, reject } of batch) this.#perform([path]).then(resolve, reject);
    }
  }
}
