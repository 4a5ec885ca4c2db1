import { RE2JS } from 're2js';

/** A pattern that is no regular expression in RE2's syntax. The message is that of Go's `regexp`. */
export class RegexError extends Error {
  override readonly name = 'RegexError';
}

/** Where a match and its groups begin and end, in UTF-16 units, in pairs; -1 for a group that took no part. */
export type MatchIndexes = readonly number[];

/** A compiled regular expression. No pattern makes a search take more than time in proportion to the text. */
export interface Regex {
  /** Whether the pattern matches somewhere in the text. */
  test(text: string): boolean;
  /** The leftmost match that begins at `from` or later; the text before it counts for `^` and `\b`. */
  find(text: string, from: number): MatchIndexes | undefined;
  /** The names of the groups, `''` for one without a name; the first is the whole match. */
  readonly groupNames: readonly string[];
}

/** By automata (re2js). */
export class LinearRegex implements Regex {
  readonly groupNames: readonly string[];
  readonly #compiled: RE2JS;

  constructor(pattern: string) {
    this.#compiled = compileLinear(pattern);
    const names: string[] = new Array(this.#compiled.groupCount() + 1).fill('');
    for (const [name, index] of Object.entries(this.#compiled.namedGroups())) names[index] = name;
    this.groupNames = names;
  }

  test(text: string): boolean {
    return this.#compiled.test(text);
  }

  find(text: string, from: number): MatchIndexes | undefined {
    const matcher = this.#compiled.matcher(text);
    if (!matcher.find(from)) return undefined;
    const indexes: number[] = [];
    for (let group = 0; group < this.groupNames.length; group += 1) {
      indexes.push(matcher.start(group), matcher.end(group));
    }
    return indexes;
  }
}

function compileLinear(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { error: problem, input } = error as { error?: unknown; input?: unknown };
    const text = typeof problem === 'string' ? problem : error.message;
    throw new RegexError(`error parsing regexp: ${text}: \`${typeof input === 'string' ? input : ''}\``, {
      cause: error,
    });
  }
}
