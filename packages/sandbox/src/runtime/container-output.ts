/**
 * Output on its way out. What comes before the container's process is known to run is kept back: words of a
 * runtime about a start that failed are the error's, not the step's.
 */
export class ContainerOutput {
  readonly #deliver: (chunk: Uint8Array) => void;
  #held: Uint8Array[] = [];
  #flowing = false;
  /** Called when something is kept back. */
  onHeld: () => void = () => {};

  constructor(deliver: (chunk: Uint8Array) => void) {
    this.#deliver = deliver;
  }

  write(chunk: Uint8Array): void {
    if (this.#flowing) {
      this.#deliver(chunk);
      return;
    }
    this.#held.push(chunk);
    this.onHeld();
  }

  get held(): string {
    return Buffer.concat(this.#held.slice(0, 2)).toString('utf8');
  }

  release(): void {
    this.#flowing = true;
    for (const chunk of this.#held.splice(0)) this.#deliver(chunk);
  }
}
