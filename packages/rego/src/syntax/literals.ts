import type { Body, Every, Expression, Term, VarTerm, With } from './ast.ts';
import { syntaxFailure } from './parser-base.ts';
import { infixCall, memberCall } from './term-nodes.ts';
import { TermParser } from './terms.ts';
import { inPrecedence, precedences, Token, tokenNames } from './tokens.ts';

/** Reads literals and bodies, and the template strings that hold literals. */
export abstract class LiteralParser extends TermParser {
  protected body(end: number): Body {
    this.deeper();
    if (this.tok === end) this.fail(this.here(), 'found empty body');
    const body: Body = [];
    for (;;) {
      body.push(this.literal());
      if (this.at(Token.Semicolon)) {
        this.advance();
      } else if (this.at(end)) {
        break;
      } else if (!this.newline) {
        this.failUnexpected(`expected \\n or ; or ${tokenNames[end]}`, this.#separatorHint());
      }
    }
    this.depth -= 1;
    return body;
  }

  /** One literal. */
  literal(): Expression {
    const location = this.here();
    let negated = false;
    if (!this.#beginsRef()) {
      if (this.at(Token.Not)) {
        negated = true;
        this.advance();
      }
      if ((this.at(Token.Some) || this.at(Token.Every)) && !this.keywordBeginsRef()) {
        if (negated) {
          this.failUnexpected(`illegal negation of '${tokenNames[this.tok]}'`);
        }
        const what = this.at(Token.Some) ? this.#some() : this.#every();
        const withs = this.at(Token.With) ? this.#withs() : [];
        location.end = this.lastEnd;
        return { negated, what, with: withs, location };
      }
    }
    const what = this.#equation();
    const withs = this.at(Token.With) ? this.#withs() : [];
    location.end = this.lastEnd;
    return { negated, what, with: withs, location };
  }

  /** A keyword before `.` or `[` is the name a reference begins with. */
  #beginsRef(): boolean {
    if (!this.keywordBeginsRef()) return false;
    this.tok = Token.Ident;
    return true;
  }

  /** A term, or two terms with `:=` or `=` between. */
  #equation(): Term {
    const start = this.start;
    if (this.at(Token.Some) || this.at(Token.Every)) this.failUnexpected();
    const left = this.expression(true);
    const operator = this.tok;
    if (operator !== Token.Assign && operator !== Token.Unify) return left;
    const operatorLocation = this.here();
    this.advance();
    const right = this.expression(true);
    const { row, col } = left.location;
    const location = { file: this.file, row, col, start, end: this.lastEnd };
    return infixCall(operator, operatorLocation, [left, right], location);
  }

  #withs(): With[] {
    const withs: With[] = [];
    while (this.at(Token.With) && !this.keywordBeginsRef()) {
      const location = this.here();
      this.advance();
      if (!this.at(Token.Ident)) this.failUnexpected('expected ident');
      const target = this.term();
      if (target.kind !== 'ref' && target.kind !== 'var') {
        this.failUnexpected('expected with target path');
      }
      if (!this.at(Token.As)) this.failUnexpected('expected as keyword');
      this.advance();
      const value = this.expression(true);
      location.end = this.lastEnd;
      withs.push({ target, value, location });
    }
    return withs;
  }

  #some(): Expression['what'] {
    const location = this.here();
    const state = this.save();
    this.advance();
    const term = this.attempt(() => this.expression(true));
    if (term?.kind === 'call') {
      const member = memberCall(term);
      if (!member) this.failUnexpected('expected `x in xs` or `x, y in xs` expression');
      location.end = this.lastEnd;
      return { kind: 'some-in', ...member, location };
    }
    const noted = this.problems.slice(state.problems);
    this.restore(state);
    const names: VarTerm[] = [];
    do {
      this.advance();
      if (!this.at(Token.Ident)) this.failUnexpected('expected var');
      names.push(this.variable());
      this.advance();
    } while (this.at(Token.Comma));
    if (this.at(Token.In) && noted.length > 0) {
      // It was `some ... in`, and what stands on one of its sides is wrong.
      this.problems.push(...noted);
      throw syntaxFailure;
    }
    location.end = this.lastEnd;
    return { kind: 'some', names, location };
  }

  #every(): Every {
    const location = this.here();
    this.advance();
    const term = this.expression(true);
    const member = term.kind === 'call' ? memberCall(term) : undefined;
    if (!member) this.failUnexpected('expected `x[, y] in xs { ... }` expression');
    const { key, value, domain } = member;
    if (key && key.kind !== 'var') this.failUnexpected('expected key to be a variable');
    if (value.kind !== 'var') this.failUnexpected('expected value to be a variable');
    if (!this.at(Token.LeftBrace)) this.failUnexpected('missing body');
    this.advance();
    const body = this.body(Token.RightBrace);
    this.advance();
    location.end = this.lastEnd;
    return { kind: 'every', ...(key?.kind === 'var' ? { key } : {}), value, domain, body, location };
  }

  protected template(raw: boolean): Term {
    this.deeper();
    const location = this.here();
    if (!this.templateStrings) {
      this.fail(location, 'template strings are not supported by current capabilities');
    }
    const parts: (string | Expression)[] = [];
    let offset = 2;
    for (;;) {
      const text = this.#templateText(offset, raw);
      if (text.length > 0) parts.push(text);
      if (this.at(Token.TemplateEnd) || this.at(Token.RawTemplateEnd)) break;
      this.advance();
      parts.push(this.#templateExpression());
      if (!this.at(Token.RightBrace)) {
        this.fail(this.here(), 'expected } to end template string expression');
      }
      this.continueTemplate(raw);
      if (this.at(Token.Illegal)) throw syntaxFailure;
      offset = 1;
    }
    location.end = this.end;
    this.depth -= 1;
    return { kind: 'template', parts, raw, location };
  }

  #templateText(offset: number, raw: boolean): string {
    const inner = this.source.slice(this.start + offset, this.end - 1);
    if (!inner.includes('\\')) return inner;
    if (raw) return inner.replaceAll('\\{', '{');
    const quoted = `"${withoutBraceEscapes(inner)}"`;
    return this.unescape(quoted, 'illegal template-string part', this.text());
  }

  #templateExpression(): Expression {
    const expression = this.attempt(() => this.literal());
    if (!expression) this.fail(this.here(), 'invalid template-string expression');
    const { what, negated, location } = expression;
    const where = 'in template-string expression';
    if (negated) this.fail(location, `unexpected negation ('not') ${where}`);
    if (what.kind === 'call' && what.infix === '=') {
      this.fail(location, `unexpected unification ('=') ${where}`);
    }
    if (what.kind === 'call' && what.infix === ':=') {
      this.fail(location, `unexpected assignment (':=') ${where}`);
    }
    if (what.kind === 'every') this.fail(location, `unexpected 'every' ${where}`);
    if (what.kind === 'some' || what.kind === 'some-in') {
      this.fail(location, `unexpected 'some' ${where}`);
    }
    return expression;
  }

  #separatorHint(): string | undefined {
    if (this.at(Token.Ident) && this.text() === 'in') {
      return 'write `import rego.v1`, or leave out --v0-compatible, to use `in`';
    }
    return precedences[this.tok] === inPrecedence ? 'put `k, v in xs` into parentheses here' : undefined;
  }
}

/** Takes the backslash from each `\{`, leaving `\\{` as it is. */
function withoutBraceEscapes(text: string): string {
  return text.replace(/\\(.)/gs, (pair, escaped: string) => (escaped === '{' ? '{' : pair));
}
