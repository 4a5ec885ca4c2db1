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
 * The message in which Tekton's entrypoint hands over what a step leaves. It repeats the Task's results that steps before it
 * have written, since all of them read the same files.
 */
export function terminationMessage(entries: readonly TerminationEntry[]): string {
  return `[${entries.map(marshal).join(',')}]`;
}

export function fitsTerminationMessage(entries: readonly TerminationEntry[]): boolean {
  return Buffer.byteLength(terminationMessage(entries)) <= largestTerminationMessage;
}

/** As Go's encoding/json writes it. */
function marshal({ key, value, type }: TerminationEntry): string {
  return JSON.stringify({ key, value, type }).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
