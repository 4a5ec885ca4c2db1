import type { Import, Module, Rule, RuleHead, ScalarTerm, Term } from '../syntax/ast.ts';
import { quoteTerm } from '../values/term-text.ts';
import { closingRow, closingRowAfter } from './closing.ts';
import { TermFormatter } from './format-terms.ts';

export interface RuleStyle {
  /** Rules are written with `if`. */
  ifs: boolean;
  /** Partial sets are written with `contains`. */
  contains: boolean;
  /** `:=` replaces `=` in heads. */
  v1: boolean;
}

/** Lays out packages, imports and rules. */
export class RuleFormatter extends TermFormatter {
  readonly #style: RuleStyle;
  readonly #refHeads: boolean;

  constructor(module: Module, style: RuleStyle) {
    super(module.source, module.comments);
    this.#style = style;
    this.#refHeads = module.rules.some(({ head }) => {
      const { length } = head.reference.path;
      return length > 1 || (length === 1 && head.key !== undefined && head.value === undefined);
    });
  }

  module(module: Module, imports: readonly Import[]): string {
    this.commentsAt(module.package.location.row);
    this.startLine();
    this.write(`package ${pathText(module.package.path)}`);
    this.blankLine();
    const others = [
      ...imports.map((item) => ({ item, rule: undefined, at: item.location })),
      ...module.rules.map((rule) => ({ item: undefined, rule, at: rule.location })),
    ].sort((a, b) => a.at.row - b.at.row || a.at.col - b.at.col);
    for (let index = 0; index < others.length; ) {
      const group: Import[] = [];
      while (others[index]?.item) group.push(others[index++]!.item!);
      this.#imports(group);
      const rules: Rule[] = [];
      while (others[index]?.rule) rules.push(others[index++]!.rule!);
      this.#rules(rules);
    }
    this.remainingComments();
    return this.result();
  }

  #imports(imports: readonly Import[]): void {
    const beside = new Map(imports.map((item) => [item, this.takeBeside(item.location.row)]));
    for (const group of importGroups(imports)) {
      this.commentsAt(group[0]!.location.row);
      for (const item of group.toSorted(byPath)) {
        this.startLine();
        const alias = item.alias === undefined ? '' : ` as ${item.alias}`;
        const comment = beside.get(item);
        this.write(`import ${pathText(item.path)}${alias}${comment ? ` ${comment}` : ''}`);
        this.endLine();
      }
      this.blankLine();
    }
  }

  #rules(rules: readonly Rule[]): void {
    rules.forEach((rule, index) => {
      this.commentsAt(rule.location.row);
      this.#rule(rule, false);
      const next = rules[index + 1];
      const adjacent = next && next.location.row === rule.location.row + 1;
      if (adjacent && this.#oneLiner(rule) && this.#oneLiner(next)) return;
      this.blankLine();
    });
  }

  #oneLiner(rule: Rule): boolean {
    return rule.body.length <= 1 && !rule.default && this.#writesIf(rule);
  }

  #writesIf(rule: Rule): boolean {
    return this.#style.ifs && (this.#style.contains || !isOldSet(rule.head));
  }

  #rule(rule: Rule, isElse: boolean): void {
    if (!isElse) this.startLine();
    if (rule.default) this.write('default ');
    const constant = isConstant(rule);
    this.commentOnFinalLine = constant;
    this.#head(rule, isElse, constant);
    if (rule.body.length === 0 || constant) {
      this.endLine();
      return;
    }
    this.commentOnFinalLine = true;
    if (this.#writesIf(rule)) {
      this.write(' if');
      const [only] = rule.body;
      const sameLine = only!.location.row === this.endRow(rule.head.location);
      if (rule.body.length === 1 && sameLine && (only!.what.kind !== 'set' || only!.negated)) {
        this.write(' ');
        this.expression(only!);
        this.endLine();
        if (rule.else) this.#else(rule, rule.else);
        return;
      }
    }
    this.write(' {');
    this.endLine();
    this.up();
    this.body(rule.body);
    this.commentsAt(this.#bodyEnd(rule, isElse));
    this.down();
    this.startLine();
    this.write('}');
    if (rule.else) this.#else(rule, rule.else);
  }

  #bodyEnd({ head, location }: Rule, isElse: boolean): number {
    if (isElse) return closingRow(this.source, location, '{', '}');
    if (head.args) return closingRowAfter(this.source, location, ['(', ')'], '{', '}');
    if (isOldSet(head)) return closingRowAfter(this.source, location, ['[', ']'], '{', '}');
    return closingRow(this.source, location, '{', '}');
  }

  /** An `else` stays on the line of the brace before it, or on a line of its own, as it was written. */
  #else(rule: Rule, branch: Rule): void {
    const { row } = branch.location;
    const line = this.source.slice(rule.location.start, rule.location.end).split('\n')[
      row - rule.location.row
    ];
    const inline = row > rule.location.row && line !== undefined && !line.trim().startsWith('else');
    const above = this.peek();
    const commented = this.hasPending() || (above !== undefined && above.location.row < row);
    if (!commented && inline) {
      this.write(' ');
    } else {
      this.blankLine();
      this.startLine();
    }
    this.commentsAt(row);
    if (commented && !inline) this.startLine();
    this.#rule(branch, true);
  }

  #head(rule: Rule, isElse: boolean, constant: boolean): void {
    const { head } = rule;
    if (isElse) this.write('else');
    else this.#headName(head);
    if (head.key) {
      this.write(this.#style.contains ? ' contains ' : '[');
      this.term(head.key);
      if (!this.#style.contains) this.write(']');
      return;
    }
    const value = this.#headValue(rule, constant);
    if (!value) return;
    this.write(head.assign || this.#style.v1 ? ' := ' : ' = ');
    this.term(isElse ? { ...value, location: { ...value.location, row: head.location.row } } : value);
  }

  #headName({ reference, args, location }: RuleHead): void {
    const { name, path } = reference;
    if (this.#refHeads || path.length !== 1) {
      this.reference(name, path);
    } else {
      this.write(`${name.name}[`);
      this.#bracketed(path[0]!);
      this.write(']');
    }
    if (!args) return;
    this.write('(');
    this.list(args, location, closingRow(this.source, location, '(', ')'), false);
    this.write(')');
  }

  #bracketed(part: Term): void {
    const dotted = part.kind === 'scalar' && typeof part.value === 'string';
    if (dotted) this.write(quoteTerm(part.value as string));
    else this.term(part);
  }

  /** The value to write: not the `true` that is implied. */
  #headValue(rule: Rule, constant: boolean): Term | undefined {
    const { head } = rule;
    const bare = rule.body.length === 0 && head.value === undefined && !rule.default;
    if (bare && head.args) return undefined;
    const value: Term = head.value ?? implied(rule);
    const isTrue = value.kind === 'scalar' && value.value === true;
    const keyed = this.#isKeyed(head);
    if (isTrue && !constant && !rule.default && !(keyed && head.value)) return undefined;
    return value;
  }

  /** `p[x] := y` with a variable part. */
  #isKeyed({ reference, args }: RuleHead): boolean {
    const [part] = reference.path;
    return reference.path.length === 1 && !args && part?.kind !== 'scalar';
  }
}

/** Whether it is a partial set. */
function isOldSet(head: RuleHead): boolean {
  return head.key !== undefined && head.value === undefined;
}

/** A rule without conditions: nothing was written, or `true`. */
function isConstant(rule: Rule): boolean {
  if (rule.else) return false;
  const [only] = rule.body;
  if (!only) return true;
  const { what } = only;
  const plain = rule.body.length === 1 && !only.negated && only.with.length === 0;
  return plain && what.kind === 'scalar' && what.value === true;
}

function implied(rule: Rule): ScalarTerm {
  return { kind: 'scalar', value: true, location: rule.head.location };
}

function importGroups(imports: readonly Import[]): Import[][] {
  const groups: Import[][] = [];
  imports.forEach((item, index) => {
    const before = imports[index - 1];
    const gap = before ? item.location.row - before.location.row : 2;
    if (gap > 1) groups.push([item]);
    else groups.at(-1)!.push(item);
  });
  return groups;
}

function byPath(a: Import, b: Import): number {
  const length = Math.min(a.path.length, b.path.length);
  for (let i = 0; i < length; i += 1) {
    if (a.path[i] !== b.path[i]) return a.path[i]! < b.path[i]! ? -1 : 1;
  }
  if (a.path.length !== b.path.length) return a.path.length - b.path.length;
  const [left = '', right = ''] = [a.alias, b.alias];
  return left < right ? -1 : left > right ? 1 : 0;
}

function pathText(path: readonly string[]): string {
  const [first, ...rest] = path;
  const parts = rest.map((part) => (/^[A-Za-z_]\w*$/.test(part) ? `.${part}` : `[${quoteTerm(part)}]`));
  return `${first ?? ''}${parts.join('')}`;
}
