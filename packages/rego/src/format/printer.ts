import type { Comment, Location } from '../syntax/ast.ts';

/** Thrown inside the formatter where a comment has no place in the laid-out text; what holds it is then kept as it was written. */
export const unplacedComment: unique symbol = Symbol('unplaced comment');

interface PrinterState {
  length: number;
  level: number;
  next: number;
  pending: Comment | undefined;
}

/**
 * Lines of output with their indentation, and the comments that are still to be written: each goes before the node that begins
 * below it, or at the end of the line of the node that stands beside it.
 */
export class Printer {
  readonly source: string;
  #out = '';
  #level = 0;
  #comments: readonly Comment[];
  #next = 0;
  /** Written at the end of the current line. */
  #pending: Comment | undefined;
  #delayed = false;
  /** The line has begun. */
  inline = false;
  /** A comment beside the last line of text that is kept as written goes there, not to the next line's end. */
  commentOnFinalLine = false;

  constructor(source: string, comments: readonly Comment[]) {
    this.source = source;
    this.#comments = comments;
  }

  result(): string {
    return this.#out.endsWith('\n') ? `${this.#out.replace(/\n+$/, '')}\n` : this.#out;
  }

  write(text: string): void {
    this.#out += text;
  }

  startLine(): void {
    this.inline = true;
    this.#out += '\t'.repeat(this.#level);
  }

  endLine(): void {
    this.inline = false;
    if (this.#pending && !this.#delayed) {
      this.#out += ` ${commentText(this.#pending)}`;
      this.#pending = undefined;
    }
    this.#delayed = false;
    this.#out += '\n';
  }

  blankLine(): void {
    if (this.inline) this.endLine();
    this.#out += '\n';
  }

  up(): void {
    this.#level += 1;
  }

  down(): void {
    this.#level -= 1;
  }

  /** A list over several lines begins: a comment beside its opening goes to the end of the next line. */
  startSequence(): void {
    this.#delayed = true;
    this.endLine();
    this.up();
    this.startLine();
  }

  hasPending(): boolean {
    return this.#pending !== undefined;
  }

  /** Whether a comment that waits for the line's end stands within a node. */
  hasPendingWithin({ start, end }: Location): boolean {
    const at = this.#pending?.location.start ?? -1;
    return at >= start && at < end;
  }

  /** The first comment not yet written. */
  peek(): Comment | undefined {
    return this.#comments[this.#next];
  }

  /** Whether a comment stands strictly between two rows. */
  commentBetween(after: number, before: number): boolean {
    for (let i = this.#next; i < this.#comments.length; i += 1) {
      const { row } = this.#comments[i]!.location;
      if (row >= before) return false;
      if (row > after) return true;
    }
    return false;
  }

  /** Writes the comments above a row. */
  commentsAbove(row: number): void {
    const before = this.#take(row);
    this.#writeComments(before);
    const last = before.at(-1);
    if (last && row - last.location.row > 1) this.blankLine();
  }

  /** Writes the comments above a row, and keeps the one beside it for the line's end. */
  commentsAt(row: number): void {
    this.commentsAbove(row);
    const beside = this.peek();
    if (beside?.location.row !== row) return;
    this.#next += 1;
    if (this.#pending) {
      this.#pending = undefined;
      throw unplacedComment;
    }
    this.#pending = beside;
  }

  /** Writes the comments above a row where a template string's expression holds them. */
  templateComments(row: number, lead: () => void): boolean {
    const before = this.#take(row);
    if (before.length === 0) return false;
    lead();
    this.#writeComments(before);
    return true;
  }

  /** Writes what is left. */
  remainingComments(): void {
    const rest = this.#take(Number.POSITIVE_INFINITY);
    if (rest.length === 0) return;
    for (const comment of rest) this.#writeLine(commentText(comment));
    this.#out += '\n';
  }

  /** Takes the comment that stands beside an import. */
  takeBeside(row: number): string | undefined {
    const index = this.#comments.findIndex((comment) => comment.location.row === row);
    const found = this.#comments[index];
    if (!found || index < this.#next) return undefined;
    this.#comments = this.#comments.toSpliced(index, 1);
    return commentText(found);
  }

  save(): PrinterState {
    return { length: this.#out.length, level: this.#level, next: this.#next, pending: this.#pending };
  }

  /** Writes a node as it was written, in place of what was written since `state`. */
  unformatted(state: PrinterState, location: Location): void {
    this.#out = this.#out.slice(0, state.length);
    this.#level = state.level;
    this.#next = state.next;
    const last = location.row + lineBreaks(this.source, location);
    const pending = state.pending;
    const within = pending && pending.location.row >= location.row && pending.location.row < last;
    this.#pending = within ? undefined : pending;
    this.#out += this.source.slice(location.start, location.end);
    this.#take(last);
    const beside = this.peek();
    if (beside?.location.row === last && this.commentOnFinalLine) {
      this.#out += ` ${commentText(beside)}`;
      this.#next += 1;
    }
  }

  #take(row: number): Comment[] {
    const from = this.#next;
    while (this.#next < this.#comments.length && this.#comments[this.#next]!.location.row < row) {
      this.#next += 1;
    }
    return this.#comments.slice(from, this.#next);
  }

  #writeComments(comments: readonly Comment[]): void {
    let inMetadata = false;
    comments.forEach((comment, index) => {
      const before = comments[index - 1];
      const gap = before ? comment.location.row - before.location.row : 0;
      const metadata = comment.text.trim() === 'METADATA';
      if (gap > 1) {
        this.blankLine();
        inMetadata = false;
      } else if (gap === 1 && inMetadata && metadata) {
        this.blankLine();
      }
      inMetadata ||= metadata;
      this.#writeLine(commentText(comment));
    });
  }

  #writeLine(text: string): void {
    if (!this.inline) this.startLine();
    this.#out += text;
    this.endLine();
  }
}

/** How many line breaks the text of a node holds. */
export function lineBreaks(source: string, location: Pick<Location, 'start' | 'end'>): number {
  let count = 0;
  let at = source.indexOf('\n', location.start);
  while (at >= 0 && at < location.end) {
    count += 1;
    at = source.indexOf('\n', at + 1);
  }
  return count;
}

function commentText(comment: Comment): string {
  return `#${comment.text}`.trimEnd();
}
