/** The most that a container of a cluster can hand over, in bytes. */
export const largestTerminationMessage = 4096;

/** What a step's log says when it has more. */
export const terminationMessageTooLong = `Error while writing message: Termination message is above max allowed size ${largestTerminationMessage}, caused by large task result.`;

/** One entry, with Tekton's number for what it is. */
export interface TerminationEntry {
  key: string;
  value: string;
  type: 1 | 3 | 4 | 5 | 6;
}

/**
 * The message in which Tekton's entrypoint hands over results: each step adds to what those before it have written, so
 * that all of a Task's results share its room.
 */
export class TerminationMessage {
  readonly #entries: string[] = [];

  /**
   * Adds a step's entries.
   * @returns false when they do not fit; nothing is added then
   */
  add(entries: readonly TerminationEntry[]): boolean {
    const texts = [...this.#entries, ...entries.map(marshal)];
    // `[`, `]` and the commas between.
    const length = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) + texts.length + 1;
    if (length > largestTerminationMessage) return false;
    this.#entries.push(...texts.slice(this.#entries.length));
    return true;
  }
}

/** As Go's encoding/json writes it. */
function marshal({ key, value, type }: TerminationEntry): string {
  return JSON.stringify({ key, value, type }).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
