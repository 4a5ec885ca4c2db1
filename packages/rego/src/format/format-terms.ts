import type { Body, CallTerm, Expression, Location, ObjectTerm, Term, With } from '../syntax/ast.ts';
import { isWildcard } from '../syntax/term-nodes.ts';
import { closingRow } from './closing.ts';
import { lineBreaks, Printer, unplacedComment } from './printer.ts';
import {
  bindsLooser,
  escaped,
  grouped,
  isMembership,
  isUnion,
  namePartText,
  operatorText,
  scalarText,
} from './term-layout.ts';

/** Lays out terms and literals. */
export class TermFormatter extends Printer {
  /** Within a term whose text is kept as a whole if a comment in it finds no place. */
  #guarded = false;

  body(body: Body): void {
    this.commentsAt(body[0]!.location.row);
    body.forEach((expression, index) => {
      const before = body[index - 1];
      if (before && expression.location.row > this.endRow(before.location) + 1) this.blankLine();
      this.startLine();
      this.expression(expression);
      this.endLine();
    });
  }

  expression(expression: Expression): void {
    this.#guard(expression.location, () => this.#expression(expression));
  }

  term(term: Term): void {
    this.#guard(term.location, () => this.#term(false, term));
  }

  /** Terms between brackets: on one line, or over the lines they stood on with a comma after each. */
  list(items: readonly Term[], last: Location, close: number, unions: boolean): void {
    this.#sequence(
      items,
      (item) => item.location,
      last,
      close,
      (item) => {
        const grouped = isUnion(item) && (unions || this.#begins(item));
        this.#inParens(grouped, () => this.term(item));
      },
    );
  }

  reference(head: Term, path: readonly Term[]): void {
    this.#term(head.kind === 'call' && this.#begins(head), head);
    for (const part of path) this.#refPart(part);
  }

  protected endRow(location: Location): number {
    return location.row + lineBreaks(this.source, location);
  }

  #guard(location: Location, write: () => void): void {
    if (this.#guarded) {
      write();
      return;
    }
    this.commentsAbove(location.row);
    if (!this.inline) this.startLine();
    const state = this.save();
    this.#guarded = true;
    try {
      write();
    } catch (error) {
      if (error !== unplacedComment) throw error;
      this.unformatted(state, location);
    } finally {
      this.#guarded = false;
    }
  }

  #expression({ negated, what, with: modifiers, location }: Expression): void {
    this.commentsAt(location.row);
    if (!this.inline) this.startLine();
    if (negated) this.write('not ');
    switch (what.kind) {
      case 'some':
        this.#some(what.names, what.location);
        break;
      case 'some-in':
        this.write('some ');
        this.#in(false, what.key ? [what.key, what.value, what.domain] : [what.value, what.domain]);
        break;
      case 'every':
        this.write('every ');
        if (what.key) {
          this.#term(false, what.key);
          this.write(', ');
        }
        this.#term(false, what.value);
        this.write(' in ');
        this.#term(false, what.domain);
        this.write(' {');
        this.#nestedBody('{', '}', what.body, location, location);
        if (what.body.length === 1 && what.body[0]!.location.row === location.row) this.write(' ');
        this.write('}');
        break;
      case 'call':
        this.#statementCall(what);
        break;
      default:
        this.#term(false, what);
    }
    this.#withs(modifiers, location);
  }

  #some(names: readonly Term[], location: Location): void {
    this.write('some ');
    let { row } = location;
    names.forEach((name, index) => {
      if (name.location.row > row) {
        this.endLine();
        this.startLine();
        this.write('\t');
        row = name.location.row;
      } else if (index > 0) {
        this.write(' ');
      }
      this.#term(false, name);
      if (index < names.length - 1) this.write(',');
    });
  }

  #withs(modifiers: readonly With[], location: Location): void {
    const [first] = modifiers;
    if (!first) return;
    const text = this.source.slice(location.start, first.location.start).trimEnd();
    let row = location.row + text.split('\n').length - 1;
    let indented = false;
    for (const modifier of modifiers) {
      const below = modifier.location.row > row;
      if (below) {
        if (!indented) this.up();
        indented = true;
        this.endLine();
        this.startLine();
      }
      row = modifier.location.row;
      this.commentsAt(row);
      this.write(below ? 'with ' : ' with ');
      this.#term(false, modifier.target);
      this.write(' as ');
      this.#term(false, modifier.value);
    }
    if (indented) this.down();
  }

  #term(parens: boolean, term: Term): void {
    this.commentsAt(term.location.row);
    if (!this.inline) this.startLine();
    const { location } = term;
    switch (term.kind) {
      case 'scalar':
        this.write(scalarText(this.source, term));
        break;
      case 'var':
        this.write(isWildcard(term.name) ? '_' : term.name);
        break;
      case 'ref':
        this.reference(term.head, term.path);
        break;
      case 'array':
        this.write('[');
        this.list(term.items, location, closingRow(this.source, location, '[', ']'), true);
        this.write(']');
        break;
      case 'set':
        if (term.items.length === 0) {
          this.write('set()');
        } else {
          this.write('{');
          this.list(term.items, location, closingRow(this.source, location, '{', '}'), true);
          this.write('}');
        }
        break;
      case 'object':
        this.write('{');
        this.#pairs(term.entries, location);
        this.write('}');
        break;
      case 'array-comprehension':
        this.#comprehension('[', ']', term.term, term.body, location);
        break;
      case 'set-comprehension':
        this.#comprehension('{', '}', term.term, term.body, location);
        break;
      case 'object-comprehension':
        this.#comprehension('{', '}', term.value, term.body, location, term.key);
        break;
      case 'template':
        this.#template(term.parts, term.raw, location);
        break;
      case 'call':
        this.#call(parens, term);
    }
  }

  #refPart(part: Term): void {
    const name = namePartText(this.source, part);
    if (name !== undefined) {
      this.write(name);
      return;
    }
    this.write('[');
    this.#term(false, part);
    this.write(']');
  }

  #call(parens: boolean, term: CallTerm): void {
    if (term.infix === undefined) {
      this.#plainCall(term);
    } else if (term.infix === 'in') {
      this.#inParens(parens && term.args.length === 2, () => this.#in(true, term.args));
    } else {
      this.#inParens(parens, () => {
        this.#term(true, term.args[0]!);
        this.write(` ${term.infix} `);
        this.#term(true, term.args[1]!);
      });
    }
  }

  /** A call that is a literal of its own: operators need no parentheses. */
  #statementCall(term: CallTerm): void {
    if (term.infix === undefined) {
      this.#plainCall(term);
    } else if (term.infix === 'in') {
      this.#in(false, term.args);
    } else {
      this.#operand(term, 0);
      this.write(` ${term.infix} `);
      this.#operand(term, 1);
    }
  }

  #operand(term: CallTerm, index: number): void {
    const operand = term.args[index]!;
    const equation = term.infix === ':=' || term.infix === '=';
    this.#term(!equation && bindsLooser(operand, term, index), operand);
  }

  #plainCall({ operator, operatorLocation, args }: CallTerm): void {
    const written = this.source.slice(operatorLocation.start, operatorLocation.end);
    this.write(`${operatorText(operator, written)}(`);
    this.list(args, operatorLocation, -1, false);
    this.write(')');
  }

  #in(parens: boolean, operands: readonly Term[]): void {
    this.#inParens(parens && operands.length === 3, () => {
      operands.forEach((operand, index) => {
        if (index > 0) this.write(index === operands.length - 1 ? ' in ' : ', ');
        const chained = operands.length === 2 && index === 0 && isMembership(operand);
        this.#term(!chained, operand);
      });
    });
  }

  #pairs(pairs: ObjectTerm['entries'], location: Location): void {
    const close = closingRow(this.source, location, '{', '}');
    this.#sequence(
      pairs,
      ([key]) => key.location,
      location,
      close,
      ([key, value]) => {
        this.#inParens(isUnion(key), () => this.term(key));
        this.write(': ');
        this.#inParens(isUnion(value), () => this.term(value));
      },
    );
  }

  #comprehension(open: string, close: string, term: Term, body: Body, location: Location, key?: Term): void {
    const at = (key ?? term).location;
    this.write(open);
    if (at.row > location.row) {
      this.endLine();
      this.startLine();
    }
    if (key) {
      this.#inParens(isUnion(key), () => this.#term(false, key));
      this.write(': ');
    }
    const parens = term.kind === 'call' && (isUnion(term) || this.#begins(term));
    this.#term(parens, term);
    this.write(' |');
    this.#nestedBody(open, close, body, at, location);
    this.write(close);
  }

  #nestedBody(open: string, close: string, body: Body, at: Location, whole: Location): void {
    const several = body.some(
      (literal, index) => index > 0 && literal.location.row > body[index - 1]!.location.row,
    );
    const closing = closingRow(this.source, whole, open, close);
    if (body[0]!.location.row > at.row || several) {
      this.endLine();
      this.up();
      this.body(body);
      this.commentsAt(closing);
      this.down();
      this.startLine();
      return;
    }
    body.forEach((literal, index) => {
      this.write(index === 0 ? ' ' : '; ');
      this.expression(literal);
    });
    this.commentsAt(closing);
  }

  #template(parts: readonly (string | Expression)[], raw: boolean, location: Location): void {
    const quote = raw ? '`' : '"';
    this.write(`$${quote}`);
    parts.forEach((part, index) => {
      if (typeof part === 'string') this.write(raw ? part.replaceAll('{', '\\{') : escaped(part));
      else this.#templateExpression(part, parts[index + 1], location);
    });
    this.write(quote);
  }

  #templateExpression(expression: Expression, next: string | Expression | undefined, whole: Location): void {
    this.write('{');
    this.up();
    if (this.hasPendingWithin(whole)) {
      this.endLine();
      this.startLine();
    } else {
      this.templateComments(expression.location.row, () => {
        this.write(' ');
        this.inline = true;
      });
    }
    this.expression(expression);
    if (next !== undefined) {
      const end = this.endRow(expression.location);
      const found = this.templateComments(end + 1, () => this.endLine());
      if (found) this.startLine();
    }
    this.write('}');
    this.down();
  }

  #sequence<T>(
    items: readonly T[],
    place: (item: T) => Location,
    last: Location,
    close: number,
    write: (item: T) => void,
  ): void {
    const lines = grouped(items, place, last);
    const [first] = items;
    let broken = lines.length > 1;
    if (lines.length === 1 && first !== undefined) {
      if (this.commentBetween(last.row, close)) throw unplacedComment;
      const start = place(first).start;
      const lead = start < last.end ? this.source.slice(last.start, start) : '';
      broken = lead.indexOf('\n') > 0;
    }
    if (broken) this.startSequence();
    lines.forEach((line, row) => {
      if (row > 0) {
        this.write(',');
        this.endLine();
        this.startLine();
      }
      line.forEach((item, index) => {
        if (index > 0) this.write(', ');
        write(item);
      });
    });
    if (!broken) return;
    this.write(',');
    this.endLine();
    this.commentsAt(close);
    this.down();
    this.startLine();
  }

  #inParens(parens: boolean, write: () => void): void {
    if (parens) this.write('(');
    write();
    if (parens) this.write(')');
  }

  #begins(term: Term): boolean {
    return this.source[term.location.start] === '(';
  }
}
