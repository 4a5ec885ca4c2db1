import type { Body, CallTerm, Location, Term } from './ast.ts';
import { maxNesting, syntaxFailure } from './parser-base.ts';
import { ReferenceParser } from './references.ts';
import { infixCall } from './term-nodes.ts';
import { precedences, relationPrecedence, Token } from './tokens.ts';

/** Reads terms: operators, collections and comprehensions over references and literals. */
export abstract class TermParser extends ReferenceParser {
  /** Where a brace or bracket opens that turned out not to be a comprehension. */
  readonly #notComprehension = new Set<number>();

  /** The literals up to `end`, which becomes the current token. */
  protected abstract body(end: number): Body;
  protected abstract template(raw: boolean): Term;

  expression(keyed: boolean): Term {
    this.deeper();
    const start = this.start;
    const term = this.#membership(this.#operators(relationPrecedence, this.term(), start), keyed, start);
    this.depth -= 1;
    return term;
  }

  /** A term without operators. */
  term(): Term {
    switch (this.tok) {
      case Token.Ident:
      case Token.Contains:
        return this.suffix(this.variable());
      case Token.String:
        return this.suffix(this.string());
      case Token.Number:
      case Token.Minus:
      case Token.Dot:
        return this.suffix(this.number());
      case Token.LeftBracket:
        return this.suffix(this.#array());
      case Token.LeftBrace:
        return this.suffix(this.#braces());
      case Token.LeftParen:
        return this.suffix(this.#group());
      case Token.Null:
        return this.suffix({ kind: 'scalar', value: null, location: this.here() });
      case Token.True:
        return this.suffix({ kind: 'scalar', value: true, location: this.here() });
      case Token.False:
        return this.suffix({ kind: 'scalar', value: false, location: this.here() });
      case Token.TemplatePart:
      case Token.TemplateEnd:
        return this.suffix(this.template(false));
      case Token.RawTemplatePart:
      case Token.RawTemplateEnd:
        return this.suffix(this.template(true));
      default:
        return this.failUnexpected();
    }
  }

  #operators(minimum: number, first: Term, start: number): Term {
    let left = first;
    let chained = 0;
    for (;;) {
      const operator = this.tok;
      const precedence = precedences[operator]!;
      if (precedence < minimum) return left;
      const operatorLocation = this.here();
      this.advance();
      const rightStart = this.start;
      let right = this.term();
      if (precedences[this.tok]! > precedence) {
        right = this.#operators(precedence + 1, right, rightStart);
      }
      left = infixCall(operator, operatorLocation, [left, right], this.#from(left, start));
      chained += 1;
      if (chained + this.depth > maxNesting) {
        this.fail(operatorLocation, 'max parsing recursion depth exceeded');
      }
    }
  }

  /** `x in xs` and `k, v in xs`, any number of times. */
  #membership(first: Term, keyed: boolean, start: number): Term {
    let left = first;
    let chained = 0;
    for (;;) {
      if (keyed && this.at(Token.Comma)) {
        const call = this.#keyedMembership(left, start);
        if (!call) return left;
        left = call;
      } else if (this.at(Token.In) && !this.keywordBeginsRef()) {
        const operatorLocation = this.here();
        this.advance();
        const right = this.#relation();
        left = infixCall(Token.In, operatorLocation, [left, right], this.#from(left, start));
      } else {
        return left;
      }
      // After `k, v in xs` only a further `in` goes on, and it may be keyed again.
      if (!this.at(Token.In)) return left;
      chained += 1;
      if (chained + this.depth > maxNesting) {
        this.fail(this.here(), 'max parsing recursion depth exceeded');
      }
    }
  }

  #keyedMembership(key: Term, start: number): CallTerm | undefined {
    const state = this.save();
    this.advance();
    const value = this.attempt(() => this.#relation());
    if (value && this.at(Token.In)) {
      const operatorLocation = this.here();
      this.advance();
      const domain = this.#relation();
      return infixCall(Token.In, operatorLocation, [key, value, domain], this.#from(key, start));
    }
    this.restore(state);
    return undefined;
  }

  #relation(): Term {
    const start = this.start;
    return this.#operators(relationPrecedence, this.term(), start);
  }

  #from(first: Term, start: number): Location {
    const { row, col } = first.location;
    return { file: this.file, row, col, start, end: this.lastEnd };
  }

  #group(): Term {
    const start = this.start;
    this.advance();
    const term = this.expression(true);
    if (!this.at(Token.RightParen)) this.fail(this.here(), 'non-terminated expression');
    term.location = { ...term.location, start, end: this.end };
    return term;
  }

  #array(): Term {
    this.deeper();
    const location = this.here();
    const items: Term[] = [];
    this.advance();
    // A comma may stand first, as OPA has it.
    const leading = this.at(Token.Comma);
    if (leading) this.advance();
    if (!this.at(Token.RightBracket) || leading) {
      const state = this.save();
      const start = this.start;
      const head = this.term();
      if (this.at(Token.Or) && !leading) {
        const body = this.#comprehensionBody(location.start, Token.RightBracket);
        if (body) {
          this.depth -= 1;
          location.end = this.end;
          return { kind: 'array-comprehension', term: head, body, location };
        }
        this.restore(state);
        this.list(items, Token.RightBracket);
      } else {
        items.push(this.#rest(head, start));
        this.separator(Token.RightBracket);
        this.list(items, Token.RightBracket);
      }
    }
    this.depth -= 1;
    location.end = this.end;
    return { kind: 'array', items, location };
  }

  /** Goes on with the operators after the first term of a list. */
  #rest(head: Term, start: number): Term {
    return this.#membership(this.#operators(relationPrecedence, head, start), false, start);
  }

  #braces(): Term {
    this.deeper();
    const location = this.here();
    this.advance();
    const leading = this.at(Token.Comma);
    if (leading) this.advance();
    const term: Term =
      this.at(Token.RightBrace) && !leading
        ? { kind: 'object', entries: [], location }
        : this.#setOrObject(location, !leading);
    this.depth -= 1;
    location.end = this.end;
    return term;
  }

  #setOrObject(location: Location, comprehension: boolean): Term {
    const state = this.save();
    const start = this.start;
    let head = this.term();
    if (this.at(Token.Or) && comprehension) {
      const body = this.#comprehensionBody(location.start, Token.RightBrace);
      if (body) return { kind: 'set-comprehension', term: head, body, location };
      this.restore(state);
      head = this.term();
    }
    head = this.#rest(head, start);
    if (this.at(Token.Colon)) return this.#object(head, location, comprehension);
    if (!this.at(Token.RightBrace) && !this.at(Token.Comma)) {
      this.failUnexpected('non-terminated set');
    }
    const items = [head];
    this.separator(Token.RightBrace);
    this.list(items, Token.RightBrace);
    return { kind: 'set', items, location };
  }

  #object(key: Term, location: Location, comprehension: boolean): Term {
    this.advance();
    const state = this.save();
    const start = this.start;
    let value = this.term();
    if (this.at(Token.Or) && comprehension) {
      const body = this.#comprehensionBody(location.start, Token.RightBrace);
      if (body) return { kind: 'object-comprehension', key, value, body, location };
      this.restore(state);
      value = this.term();
    }
    value = this.#rest(value, start);
    if (!this.at(Token.RightBrace) && !this.at(Token.Comma)) {
      this.failUnexpected('non-terminated object');
    }
    const entries: [Term, Term][] = [[key, value]];
    this.separator(Token.RightBrace);
    while (!this.at(Token.RightBrace)) {
      const nextKey = this.expression(false);
      if (!this.at(Token.Colon)) this.failUnexpected('expected ":"');
      this.advance();
      entries.push([nextKey, this.expression(false)]);
      this.separator(Token.RightBrace);
    }
    return { kind: 'object', entries, location };
  }

  /**
   * The body after `head |`. Undefined when a comma shows that `|` was the operator: `{a | b, c}`; the caller goes back. Where the
   * collection opens is remembered, so that going back stays linear for each level of nesting.
   */
  #comprehensionBody(opening: number, end: number): Body | undefined {
    if (this.#notComprehension.has(opening)) return undefined;
    const problems = this.problems.length;
    this.advance();
    const body = this.attempt(() => this.body(end));
    if (body) return body;
    if (!this.at(Token.Comma) || this.problems.length === problems) throw syntaxFailure;
    this.#notComprehension.add(opening);
    return undefined;
  }
}
