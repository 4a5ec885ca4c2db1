import { NumberError } from '../values/number-error.ts';
import { parseNumber } from '../values/numbers.ts';
import type { RegoNumber } from '../values/value.ts';
import type { Location, RefTerm, ScalarTerm, Term, VarTerm } from './ast.ts';
import { ParserBase, syntaxFailure } from './parser-base.ts';
import { callOf, scalarKind } from './term-nodes.ts';
import { inPrecedence, precedences, Token, tokenNames } from './tokens.ts';

/** Reads variables, strings, numbers, references and calls. */
export abstract class ReferenceParser extends ParserBase {
  /** A term with operators. `keyed`: `k, v in xs` may stand here without parentheses. */
  abstract expression(keyed: boolean): Term;

  /** The identifier at the current token, which stays current. */
  protected variable(): VarTerm {
    const name = this.text();
    return { kind: 'var', name: name === '_' ? this.wildcard() : name, location: this.here() };
  }

  /** What follows a rule's name: unlike elsewhere white space may stand before the first `.`, `[` or `(`. */
  protected headReference(): Term {
    const head = this.variable();
    const start = this.start;
    const next = this.following();
    const adjacent = next === 46 || next === 91 || next === 40;
    this.advance();
    if (!adjacent && precedences[this.tok]! > inPrecedence && this.start === this.lastEnd) {
      this.failUnexpected();
    }
    if (this.at(Token.Dot) || this.at(Token.LeftBracket) || this.at(Token.LeftParen)) {
      return this.#reference(head, start);
    }
    return rooted(head);
  }

  /** The current token is a term's last: goes on with what is joined to it. */
  protected suffix(head: Term): Term {
    const next = this.following();
    this.advance();
    if (next === 46 || next === 91 || next === 40) return this.#reference(head, head.location.start);
    return head.kind === 'var' ? rooted(head) : head;
  }

  /** The current token is the `.`, `[` or `(` joined to the head. */
  #reference(head: Term, start: number): Term {
    if (head.kind === 'scalar' || head.kind === 'template' || head.kind === 'ref') {
      this.problem(head.location, `illegal ref (head cannot be ${scalarKind(head)})`);
      throw syntaxFailure;
    }
    const { row, col } = head.location;
    let base: Term = head;
    let path: Term[] = [];
    for (;;) {
      if (this.at(Token.Dot)) {
        this.#adjacent();
        if (!this.isRefPart()) this.failUnexpected(`expected ${tokenNames[Token.Ident]}`);
        path.push({ kind: 'scalar', value: this.text(), location: this.here() });
      } else if (this.at(Token.LeftBracket)) {
        this.advance();
        path.push(this.expression(true));
        if (!this.at(Token.RightBracket)) this.failUnexpected('expected [');
      } else {
        const end = this.start;
        const args = this.#arguments();
        const operator: Location = { file: this.file, row, col, start, end };
        const location: Location = { file: this.file, row, col, start, end: this.end };
        base = this.#call(base, path, args, operator, location);
        path = [];
      }
      const joined = this.following();
      this.advance();
      const goesOn = joined === 46 || joined === 91 || (joined === 40 && path.length > 0);
      if (!goesOn) break;
    }
    if (path.length === 0) return base;
    const location = { file: this.file, row, col, start, end: this.lastEnd };
    return { kind: 'ref', head: base, path, location } satisfies RefTerm;
  }

  /** Goes on after a dot, where nothing may stand between. */
  #adjacent(): void {
    const end = this.end;
    this.advance();
    if (this.start !== end) {
      this.fail(
        { ...this.here(), start: end },
        `unexpected whitespace token: expected ${tokenNames[Token.Ident]}`,
      );
    }
  }

  #call(base: Term, path: Term[], args: Term[], operator: Location, location: Location): Term {
    const call = callOf(base, path, args, operator, location);
    if (call) return call;
    const text = this.source.slice(operator.start, operator.end);
    this.problem(operator, `undefined function ${text}`, undefined, 'rego_type_error');
    throw syntaxFailure;
  }

  #arguments(): Term[] {
    this.advance();
    const args: Term[] = [];
    this.list(args, Token.RightParen);
    return args;
  }

  /** Terms up to `end`, which becomes the current token. A comma may stand before it. */
  protected list(items: Term[], end: number): void {
    while (this.tok !== end) {
      items.push(this.expression(false));
      this.separator(end);
    }
  }

  protected separator(end: number): void {
    if (this.at(Token.Comma)) this.advance();
    else if (this.tok !== end) this.failUnexpected(`expected "," or "${tokenNames[end]}"`);
  }

  protected string(): ScalarTerm {
    const location = this.here();
    const text = this.text();
    if (text.charCodeAt(0) === 96) {
      return { kind: 'scalar', value: text.slice(1, -1), text, location };
    }
    return { kind: 'scalar', value: this.unescape(text, 'illegal string literal', text), location };
  }

  /** The string that a text in double quotes stands for. */
  protected unescape(quoted: string, complaint: string, shown: string): string {
    if (!quoted.includes('\\')) return quoted.slice(1, -1);
    try {
      const value: unknown = JSON.parse(quoted);
      if (typeof value === 'string') return value.toWellFormed();
    } catch {
      // Reported below.
    }
    return this.fail(this.here(), `${complaint}: ${shown}`);
  }

  protected number(): ScalarTerm {
    const location = this.here();
    let prefix = '';
    if (this.at(Token.Minus)) {
      prefix = '-';
      this.advance();
      if (!this.at(Token.Number) && !this.at(Token.Dot)) this.failUnexpected('expected number');
    }
    if (this.at(Token.Dot)) {
      prefix += '.';
      this.advance();
      if (!this.at(Token.Number)) this.failUnexpected('expected number');
    }
    const digits = this.text();
    location.end = this.end;
    const first = digits.charCodeAt(0);
    if (digits.length > 1 && first === 48 && !prefix.endsWith('.')) {
      const second = digits.charCodeAt(1) | 32;
      if (second !== (46 | 32) && second !== 101) {
        this.failUnexpected('expected number without leading zero');
      }
    }
    const text = prefix + digits;
    if (prefix === '' && digits.length <= 15) {
      const value = Number(digits);
      if (Number.isInteger(value) && value <= Number.MAX_SAFE_INTEGER) {
        return { kind: 'scalar', value, text, location };
      }
    }
    const canonical = prefix.endsWith('.') ? `${prefix.slice(0, -1)}0.${digits}` : text;
    if ((canonical.match(/\./g)?.length ?? 0) > 1) this.failUnexpected('invalid float');
    const value = boundedNumber(canonical);
    if (value === undefined) this.fail(this.here(), 'number too big');
    return { kind: 'scalar', value, text, location };
  }
}

function boundedNumber(text: string): RegoNumber | undefined {
  try {
    return parseNumber(text);
  } catch (error) {
    if (error instanceof NumberError) return undefined;
    throw error;
  }
}

function rooted(variable: VarTerm): Term {
  if (variable.name !== 'input' && variable.name !== 'data') return variable;
  return { kind: 'ref', head: variable, path: [], location: variable.location };
}
