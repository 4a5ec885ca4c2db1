import { type BacktrackingPattern, backtrackingPattern } from './backtracking.ts';
import { LeastRecentlyUsed } from './cache.ts';
import { LinearRegex, type MatchIndexes, type Regex } from './linear.ts';

export { type MatchIndexes, type Regex, RegexError } from './linear.ts';

const cache = new LeastRecentlyUsed<string, Regex>(500);

/** Compiles a pattern in RE2's syntax, or takes it from the cache. Throws {@link RegexError}. The pattern may be hostile. */
export function compileRegex(pattern: string): Regex {
  return cache.get(pattern, () => {
    const simple = backtrackingPattern(pattern);
    return simple ? new QuickRegex(pattern, simple) : new LinearRegex(pattern);
  });
}

/** By JavaScript's own engine where that is known to give the same answer in bounded time, else by automata. */
class QuickRegex implements Regex {
  readonly groupNames: readonly string[];
  readonly #pattern: string;
  readonly #simple: BacktrackingPattern;
  readonly #test: RegExp;
  #find: RegExp | undefined;
  #linear: LinearRegex | undefined;

  constructor(pattern: string, simple: BacktrackingPattern) {
    this.#pattern = pattern;
    this.#simple = simple;
    this.#test = new RegExp(simple.source, 'u');
    this.groupNames = new Array<string>(simple.groups + 1).fill('');
  }

  test(text: string): boolean {
    return text.length > this.#simple.maxLength ? this.#slow().test(text) : this.#test.test(text);
  }

  find(text: string, from: number): MatchIndexes | undefined {
    if (text.length > this.#simple.maxLength || !this.#simple.groupsAgree)
      return this.#slow().find(text, from);
    this.#find ??= new RegExp(this.#simple.source, 'dgu');
    this.#find.lastIndex = from;
    return this.#find.exec(text)?.indices?.flatMap((pair) => pair ?? [-1, -1]);
  }

  #slow(): LinearRegex {
    this.#linear ??= new LinearRegex(this.#pattern);
    return this.#linear;
  }
}
