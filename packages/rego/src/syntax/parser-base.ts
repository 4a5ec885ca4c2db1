import type { RegoErrorCode, RegoProblem } from '../error.ts';
import type { Location } from './ast.ts';
import { lineDetail } from './problem-text.ts';
import { Scanner, type ScannerState } from './scanner.ts';
import { likelyHint } from './syntax-hints.ts';
import { isKeywordToken, Token, tokenNames } from './tokens.ts';

/**
 * How deep terms may nest, and how many operators one expression may chain. All that walks a tree later may recurse this deep on
 * Node's default stack.
 */
export const maxNesting = 1000;

/** Thrown inside the parser once the problem is noted; never leaves it. */
export const syntaxFailure: unique symbol = Symbol('syntax failure');

export interface ParserState {
  scanner: ScannerState;
  problems: number;
  hints: number;
  wildcards: number;
  depth: number;
}

export interface ParserOptions {
  file: string;
  v0: boolean;
  /** Features switched on: `keywords_in_refs`, `template_strings`, `rego_v1`. Undefined: all. */
  features: ReadonlySet<string> | undefined;
}

/** What every part of the parser shares: noting problems, going back, counting depth. */
export abstract class ParserBase extends Scanner {
  readonly problems: RegoProblem[] = [];
  readonly v0: boolean;
  protected readonly keywordsInRefs: boolean;
  protected readonly templateStrings: boolean;
  protected wildcards = 0;
  protected depth = 0;
  #hints: string[] = [];

  constructor(source: string, options: ParserOptions) {
    super(source, options.file, options.v0);
    this.v0 = options.v0;
    this.keywordsInRefs = options.features?.has('keywords_in_refs') ?? true;
    this.templateStrings = options.features?.has('template_strings') ?? true;
  }

  save(): ParserState {
    return {
      scanner: this.saveScanner(),
      problems: this.problems.length,
      hints: this.#hints.length,
      wildcards: this.wildcards,
      depth: this.depth,
    };
  }

  restore(state: ParserState): void {
    this.restoreScanner(state.scanner);
    this.problems.length = state.problems;
    this.#hints.length = state.hints;
    this.wildcards = state.wildcards;
    this.depth = state.depth;
  }

  /** Runs a part of the parser; undefined when it failed, with its problems noted and the position where it failed. */
  attempt<T>(parse: () => T): T | undefined {
    const depth = this.depth;
    try {
      return parse();
    } catch (failure) {
      if (failure !== syntaxFailure) throw failure;
      this.depth = depth;
      return undefined;
    }
  }

  protected lexicalError(message: string): void {
    this.problem(this.here(), message, likelyHint(this.source, this.start));
  }

  /** Goes with the next problem. */
  protected hint(text: string): void {
    this.#hints.push(text);
  }

  protected problem(
    location: Location,
    message: string,
    hint?: string,
    code: RegoErrorCode = 'rego_parse_error',
  ): void {
    const hints = hint === undefined ? this.#hints : [...this.#hints, hint];
    this.#hints = [];
    this.problems.push({
      code,
      message,
      file: this.file,
      row: location.row,
      col: location.col,
      ...(hints.length > 0 ? { hint: hints.join('; ') } : {}),
      details: lineDetail(this.source, location.start),
    });
  }

  /** Notes a problem and gives the statement up. */
  protected fail(location: Location, message: string, hint?: string): never {
    this.problem(location, message, hint);
    throw syntaxFailure;
  }

  /** Notes that the current token cannot stand here. */
  protected unexpected(note?: string, hint?: string): void {
    if (this.tok === Token.Illegal) {
      // A token that could not be read has been reported already.
      const last = this.problems.at(-1);
      if (last && last.row === this.tokenRow && last.col === this.tokenCol) return;
      this.problem(this.here(), 'illegal token', hint ?? likelyHint(this.source, this.start));
      return;
    }
    const kind = isKeywordToken(this.tok) ? 'keyword' : 'token';
    const suffix = note === undefined ? '' : `: ${note}`;
    const likely = hint ?? likelyHint(this.source, this.start, note?.includes('or ;') ?? false);
    this.problem(this.here(), `unexpected ${tokenNames[this.tok]} ${kind}${suffix}`, likely);
  }

  protected failUnexpected(note?: string, hint?: string): never {
    this.unexpected(note, hint);
    throw syntaxFailure;
  }

  /** One level deeper; whoever calls it counts `depth` down again. */
  protected deeper(): void {
    this.depth += 1;
    if (this.depth > maxNesting) {
      this.fail(
        this.here(),
        'max parsing recursion depth exceeded',
        `terms may nest ${maxNesting} deep; put parts into rules of their own or into data`,
      );
    }
  }

  /** Whether the current token is a keyword that begins a reference here: `if.x`, `contains[y]`. */
  protected keywordBeginsRef(): boolean {
    if (this.tok < Token.Package || !this.keywordsInRefs) return false;
    const next = this.following();
    return next === 46 || next === 91;
  }

  /** Whether the current token may follow a dot. */
  protected isRefPart(): boolean {
    return this.tok === Token.Ident || (this.keywordsInRefs && isKeywordToken(this.tok));
  }

  /** A fresh name for `_`. */
  protected wildcard(): string {
    const name = `$${this.wildcards}`;
    this.wildcards += 1;
    return name;
  }
}
