import type { BuiltinContext } from '../builtin.ts';

/**
 * Replaces every occurrence of the first texts of `pairs` by the second ones, in one pass from left to right: at each place the
 * first pair that matches wins, and what was put in is not looked at again. An empty text matches at every place where nothing
 * empty has just been put in. (Go's `strings.NewReplacer`.)
 */
export function replaceAll(
  text: string,
  pairs: readonly (readonly [from: string, to: string])[],
  context: BuiltinContext,
): string {
  const [only] = pairs;
  if (!only) return text;
  if (pairs.length === 1 && only[0] !== '') return replaceOne(text, only[0], only[1], context);
  const byFirst = new Map<string, (readonly [string, string])[]>();
  const empty = pairs.findIndex(([from]) => from === '');
  const relevant = empty === -1 ? pairs : pairs.slice(0, empty);
  const later = empty === -1 ? [] : pairs.slice(empty + 1);
  for (const list of [relevant, later]) {
    for (const pair of list) {
      const candidates = byFirst.get(pair[0][0]!);
      if (candidates) candidates.push(pair);
      else byFirst.set(pair[0][0]!, [pair]);
    }
  }
  const replacer = new Scan(
    text,
    byFirst,
    new Set(relevant),
    empty === -1 ? undefined : pairs[empty]![1],
    context,
  );
  return replacer.run();
}

function replaceOne(text: string, from: string, to: string, context: BuiltinContext): string {
  if (!text.includes(from)) return text;
  const parts = text.split(from);
  context.checkText?.(text.length + (parts.length - 1) * (to.length - from.length));
  return parts.join(to);
}

class Scan {
  readonly #text: string;
  readonly #byFirst: ReadonlyMap<string, readonly (readonly [string, string])[]>;
  /** The pairs that take precedence over the empty text. */
  readonly #before: ReadonlySet<readonly [string, string]>;
  readonly #empty: string | undefined;
  readonly #context: BuiltinContext;

  constructor(
    text: string,
    byFirst: ReadonlyMap<string, readonly (readonly [string, string])[]>,
    before: ReadonlySet<readonly [string, string]>,
    empty: string | undefined,
    context: BuiltinContext,
  ) {
    this.#text = text;
    this.#byFirst = byFirst;
    this.#before = before;
    this.#empty = empty;
    this.#context = context;
  }

  run(): string {
    const text = this.#text;
    let out = '';
    let last = 0;
    let emptyBefore = false;
    for (let i = 0; i <= text.length; ) {
      const pair = this.#find(i, emptyBefore);
      const usesEmpty =
        pair === undefined && this.#empty !== undefined && !emptyBefore && !isLowSurrogate(text, i);
      if (pair !== undefined || usesEmpty) {
        out += text.slice(last, i) + (pair === undefined ? this.#empty : pair[1]);
        i += pair === undefined ? 0 : pair[0].length;
        last = i;
        this.#context.checkText?.(out.length);
        emptyBefore = pair === undefined;
      } else {
        emptyBefore = false;
        i += 1;
      }
    }
    return out + text.slice(last);
  }

  #find(at: number, emptyBefore: boolean): readonly [string, string] | undefined {
    const candidates = this.#byFirst.get(this.#text[at] ?? '');
    if (!candidates) return undefined;
    this.#context.spend(candidates.length);
    return candidates.find(
      (pair) =>
        (this.#empty === undefined || emptyBefore || this.#before.has(pair)) &&
        this.#text.startsWith(pair[0], at),
    );
  }
}

function isLowSurrogate(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
}
