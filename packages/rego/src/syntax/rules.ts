import type { Body, Expression, Rule, RuleHead, Term } from './ast.ts';
import { LiteralParser } from './literals.ts';
import { syntaxFailure } from './parser-base.ts';
import { checkDefault, checkKeywords, type RuleForm } from './rule-checks.ts';
import { kindName } from './term-nodes.ts';
import { Token } from './tokens.ts';

/** What version 0 of the language reads as names unless it is imported. */
const laterKeywords = new Set(['if', 'contains', 'in', 'every']);

/** Reads rules: heads, bodies, `else` chains and several bodies to one head. */
export abstract class RuleParser extends LiteralParser {
  readonly rules: Rule[] = [];

  /** A rule, or several where one head has several bodies. */
  protected rule(): void {
    const state = this.save();
    const location = this.here();
    let isDefault = false;
    if (this.keywordBeginsRef()) {
      this.tok = Token.Ident;
    } else if (this.at(Token.Default)) {
      isDefault = true;
      this.advance();
      if (this.keywordBeginsRef()) this.tok = Token.Ident;
    }
    if (!this.at(Token.Ident)) {
      if (isDefault) this.failUnexpected('expected rule head name');
      this.#noRule();
    }
    const head = this.#head(isDefault);
    const form: RuleForm = {
      hasIf: this.at(Token.If) && !this.keywordBeginsRef(),
      hasContains: head.key !== undefined,
      hasBody: false,
      hasValue: head.value !== undefined,
      partialSet: false,
    };
    const rule: Rule = { default: isDefault, head, body: [], annotations: [], location };
    if (isDefault) {
      location.end = this.lastEnd;
      checkDefault(this.#complain, rule);
      this.rules.push(rule);
      return;
    }
    if (form.hasIf) {
      form.hasBody = true;
      this.advance();
      rule.body = this.#ruleBody();
    } else if (this.at(Token.LeftBrace)) {
      form.hasBody = true;
      this.advance();
      rule.body = this.body(Token.RightBrace);
      this.advance();
    } else if (!form.hasContains && this.#goesOn()) {
      this.restore(state);
      this.#noRule();
    }
    this.#oldPartialSet(head, form);
    this.#afterBody(rule, form, state.scanner.start);
  }

  #afterBody(rule: Rule, form: RuleForm, start: number): void {
    if (form.hasBody && this.at(Token.Else) && !this.keywordBeginsRef()) {
      this.#elseAllowed(rule.head);
      rule.else = this.#else(rule.head);
    }
    rule.location.start = start;
    rule.location.end = this.lastEnd;
    this.#bareHead(rule, form);
    checkKeywords(this.#complain, rule, form, this.v0 && !this.compatible);
    this.rules.push(rule);
    while (form.hasBody && this.at(Token.LeftBrace)) {
      if (rule.else) this.fail(this.here(), 'expected else keyword');
      this.#furtherBody(rule, form);
    }
  }

  /** Version 0 with `import rego.v1`: held to the rules of version 1. */
  protected compatible = false;

  readonly #complain = (location: Rule['location'], message: string, hint?: string): void =>
    this.problem(location, message, hint);

  /** A further body to the same head. */
  #furtherBody(first: Rule, form: RuleForm): void {
    const location = this.here();
    this.advance();
    const body = this.body(Token.RightBrace);
    this.advance();
    location.end = this.lastEnd;
    const head = { ...this.#freshWildcards(first.head), location };
    const rule: Rule = { default: false, head, body, annotations: [], location };
    checkKeywords(this.#complain, rule, form, this.v0 && !this.compatible);
    this.rules.push(rule);
  }

  #head(isDefault: boolean): RuleHead {
    const location = this.here();
    const term = this.headReference();
    const named = headOf(term);
    if (!named) this.failUnexpected('expected rule head name');
    const head: RuleHead = { ...named, assign: false, location };
    const name = this.source.slice(location.start, term.location.end);
    if (this.at(Token.Contains) && !this.keywordBeginsRef()) {
      if (head.args) {
        this.failUnexpected(
          'the contains keyword can only be used with multi-value rule definitions ' +
            `(e.g., ${name} contains <VALUE> { ... })`,
        );
      }
      this.advance();
      head.key = this.#headTerm(`expected rule key term (e.g., ${name} contains <VALUE> { ... })`);
    } else if (this.at(Token.Assign) || this.at(Token.Unify)) {
      head.assign = this.at(Token.Assign);
      this.advance();
      head.value = this.#headTerm(this.#valueNote(name, head, isDefault));
    }
    location.end = this.lastEnd;
    return head;
  }

  #headTerm(note: string): Term {
    const state = this.save();
    const term = this.attempt(() => this.expression(true));
    if (term) return term;
    const plain = /^unexpected [^:]*$/.test(this.problems.at(-1)?.message ?? '');
    if (this.start !== state.scanner.start || !plain) throw syntaxFailure;
    // Nothing that could begin a term stands here: say what should.
    this.problems.length = state.problems;
    return this.failUnexpected(note);
  }

  #valueNote(name: string, head: RuleHead, isDefault: boolean): string {
    if (!head.assign) return `expected rule value term (e.g., ${name} = <VALUE> { ... })`;
    if (head.args) return `expected function value term (e.g., ${name}(...) := <VALUE> { ... })`;
    if (isDefault) return `expected default rule value term (e.g., default ${name} := <VALUE>)`;
    return `expected rule value term (e.g., ${name} := <VALUE> { ... })`;
  }

  /** After `if`: one literal, or a body in braces. A set in braces is a body of one literal. */
  #ruleBody(): Body {
    const braces = this.at(Token.LeftBrace);
    if (!braces) return [this.literal()];
    if (this.#surelyBody()) return this.#braced();
    const state = this.save();
    const literal = this.attempt(() => this.literal());
    if (literal && literal.what.kind !== 'set') return [literal];
    this.restore(state);
    return this.#braced();
  }

  #braced(): Body {
    this.advance();
    const body = this.body(Token.RightBrace);
    this.advance();
    return body;
  }

  /** Whether `{` opens a body, as the two tokens after it show: spares reading it twice. */
  #surelyBody(): boolean {
    const state = this.save();
    this.advance();
    const first = this.tok;
    const starts = first === Token.Some || first === Token.Every || first === Token.Not;
    let sure = starts && !this.keywordBeginsRef();
    if (first === Token.Ident && !sure) {
      const next = this.following();
      if (next !== 46 && next !== 91 && next !== 40) {
        this.advance();
        sure = this.at(Token.Assign) || this.at(Token.Unify) || this.newline;
        if (this.at(Token.Or) || this.at(Token.Colon) || this.at(Token.RightBrace)) sure = false;
      }
    }
    this.restore(state);
    return sure;
  }

  #elseAllowed(head: RuleHead): void {
    if (head.reference.path.some((part) => part.kind !== 'scalar')) {
      this.fail(this.here(), 'else keyword cannot be used on rules with variables in head');
    }
    if (head.key) this.fail(this.here(), 'else keyword cannot be used on multi-value rules');
  }

  /** The chain of `else`, read in a loop: it may be long. */
  #else(head: RuleHead): Rule {
    const first = this.#elseBranch(head);
    let last = first;
    while (this.at(Token.Else) && last.body.length > 0 && !this.keywordBeginsRef()) {
      last.else = this.#elseBranch(head);
      last = last.else;
    }
    for (let rule: Rule | undefined = first; rule; rule = rule.else) rule.location.end = this.lastEnd;
    return first;
  }

  #elseBranch(head: RuleHead): Rule {
    const location = this.here();
    const headLocation = this.here();
    const own: RuleHead = { ...this.#freshWildcards(head), assign: false, location: headLocation };
    delete own.value;
    this.advance();
    if (this.at(Token.Assign) || this.at(Token.Unify)) {
      own.assign = this.at(Token.Assign);
      this.advance();
      own.value = this.expression(true);
      headLocation.end = this.lastEnd;
    } else if (!this.at(Token.LeftBrace) && !this.at(Token.If)) {
      this.failUnexpected('expected else value term or rule body');
    }
    const hasIf = this.at(Token.If) && !this.keywordBeginsRef();
    const hasBody = hasIf || this.at(Token.LeftBrace);
    let body: Body = [];
    if (hasIf) this.advance();
    if (hasBody) {
      if (this.at(Token.Eof)) this.failUnexpected('rule body expected');
      body = this.at(Token.LeftBrace) ? this.#braced() : [this.literal()];
    }
    location.end = this.lastEnd;
    const rule: Rule = { default: false, head: own, body, annotations: [], location };
    const form = { hasIf, hasContains: false, hasBody, hasValue: true, partialSet: false };
    checkKeywords(this.#complain, rule, form, this.v0 && !this.compatible);
    return rule;
  }

  /** Each copy of a head has wildcards of its own. */
  #freshWildcards(head: RuleHead): RuleHead {
    if (!head.args) return { ...head };
    const args = head.args.map((arg) =>
      arg.kind === 'var' && arg.name.startsWith('$') ? { ...arg, name: this.wildcard() } : arg,
    );
    return { ...head, args };
  }

  /** `p[x] { ... }` and `p[x]` are partial sets in version 0. */
  #oldPartialSet(head: RuleHead, form: RuleForm): void {
    const { path } = head.reference;
    if (form.hasIf || form.hasContains || head.args || form.hasValue || path.length !== 1) return;
    form.partialSet = true;
    head.key = path[0]!;
    head.reference = { name: head.reference.name, path: [] };
  }

  /** `p` alone is no rule; `p.q.r` is one and says too little. */
  #bareHead(rule: Rule, form: RuleForm): void {
    const { name, path } = rule.head.reference;
    if (form.hasBody || form.hasValue || rule.head.key || rule.head.args || path.length > 0) return;
    const root = name.name === 'input' || name.name === 'data';
    this.problem(
      rule.location,
      root ? 'refs cannot be used for rule head' : 'var cannot be used for rule name',
      this.v0 && laterKeywords.has(name.name)
        ? `write \`import rego.v1\`, or leave out --v0-compatible, to use \`${name.name}\``
        : `a rule needs a value or a body: \`${name.name} := ...\` or \`${name.name} if { ... }\``,
    );
  }

  /** Whether what stands after a head without body shows that it was an expression. */
  #goesOn(): boolean {
    if (this.at(Token.With) || this.at(Token.Semicolon)) return true;
    if (this.tok >= Token.Plus && this.tok <= Token.LessEqual) return true;
    return this.at(Token.In) && !this.keywordBeginsRef();
  }

  /** What stands here is no rule: reads it as a query and says why it cannot be one. */
  #noRule(): never {
    const first = this.literal();
    let several = false;
    while (this.at(Token.Semicolon)) {
      this.advance();
      this.literal();
      several = true;
    }
    this.fail(first.location, several ? 'multiple expressions cannot be used for rule head' : reason(first));
  }
}

function headOf(term: Term): Pick<RuleHead, 'reference' | 'args'> | undefined {
  if (term.kind === 'var') return { reference: { name: term, path: [] } };
  if (term.kind === 'ref' && term.head.kind === 'var') {
    return { reference: { name: term.head, path: term.path } };
  }
  if (term.kind === 'call') {
    const [first, ...rest] = term.operator;
    const location = term.operatorLocation;
    const path = rest.map((value): Term => ({ kind: 'scalar', value, location }));
    const reference = { name: { kind: 'var', name: first!, location } as const, path };
    return term.args.length > 0 ? { reference, args: term.args } : { reference };
  }
  return undefined;
}

function reason(expression: Expression): string {
  const { what } = expression;
  if (expression.with.length > 0) {
    return 'expressions using with keyword cannot be used for rule head';
  }
  if (expression.negated) return 'negated expressions cannot be used for rule head';
  if (what.kind === 'some' || what.kind === 'some-in') {
    return "'some' declarations cannot be used for rule head";
  }
  if (what.kind === 'every') return 'expression cannot be used for rule head';
  if (what.kind === 'call' && (what.infix === ':=' || what.infix === '=')) {
    const left = what.args[0];
    return `${left ? kindName(left) : 'term'} cannot be used for rule name`;
  }
  if (what.kind === 'call') return 'rule name conflicts with built-in function';
  return `${kindName(what)} cannot be used for rule name`;
}
