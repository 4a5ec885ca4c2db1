import { functionNames } from './functions.ts';
import { type ActionToken, type Piece, parseFault, scanTemplate } from './scan.ts';
import type { Command, Operand, Pipeline, Template, TemplateNode } from './tree.ts';

const maxNesting = 200;

/** Parses a template of Go's package text/template. Untrusted input. */
export function parseTemplate(source: string): Template {
  return new TemplateParser(source).template();
}

type Stop = 'end' | 'else' | 'eof';

class TemplateParser {
  readonly #source: string;
  readonly #pieces: Piece[];
  readonly #named = new Map<string, TemplateNode[]>();
  #variables: string[] = ['$'];
  #next = 0;
  #depth = 0;
  #loops = 0;
  /** The action being read. */
  #tokens: ActionToken[] = [];
  #at = 0;

  constructor(source: string) {
    this.#source = source;
    this.#pieces = scanTemplate(source);
  }

  template(): Template {
    const { nodes, stop } = this.#list();
    if (stop !== 'eof') throw this.#fail(`unexpected {{${stop}}}`);
    return { source: this.#source, body: nodes, named: this.#named };
  }

  #fail(message: string, at = this.#token.at): Error {
    return parseFault(this.#source, at, message);
  }

  get #token(): ActionToken {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '', at: this.#source.length };
  }

  #skipSpace(): void {
    while (this.#token.kind === 'space') this.#at += 1;
  }

  #atEnd(): boolean {
    return this.#token.kind === 'end';
  }

  #isSign(sign: string): boolean {
    return this.#token.kind === 'sign' && this.#token.text === sign;
  }

  #list(): { nodes: TemplateNode[]; stop: Stop } {
    this.#depth += 1;
    if (this.#depth > maxNesting) throw this.#fail('the template is nested too deeply');
    const nodes: TemplateNode[] = [];
    for (;;) {
      const piece = this.#pieces[this.#next];
      this.#next += 1;
      if (!piece || 'tokens' in piece) {
        const stop = piece ? this.#action(piece.tokens, nodes) : 'eof';
        if (!stop) continue;
        this.#depth -= 1;
        return { nodes, stop };
      }
      nodes.push({ kind: 'text', text: piece.text });
    }
  }

  /** Reads one action; says so if it ends the list. */
  #action(tokens: ActionToken[], nodes: TemplateNode[]): Stop | undefined {
    this.#tokens = tokens;
    this.#at = 0;
    this.#skipSpace();
    const { kind, text } = this.#token;
    if (kind !== 'word') {
      nodes.push({ kind: 'action', pipeline: this.#pipeline('command') });
      return undefined;
    }
    switch (text) {
      case 'end':
        this.#at += 1;
        this.#finish('end');
        return 'end';
      case 'else':
        this.#at += 1;
        this.#skipSpace();
        return 'else';
      case 'if':
      case 'with':
      case 'range':
        this.#at += 1;
        nodes.push(this.#control(text));
        return undefined;
      case 'break':
      case 'continue':
        if (this.#loops === 0) throw this.#fail(`{{${text}}} outside {{range}}`);
        this.#at += 1;
        this.#finish(text);
        nodes.push({ kind: text });
        return undefined;
      case 'define':
      case 'block':
      case 'template':
        this.#at += 1;
        this.#namedTemplate(text, nodes);
        return undefined;
      default:
        nodes.push({ kind: 'action', pipeline: this.#pipeline('command') });
        return undefined;
    }
  }

  #finish(context: string): void {
    this.#skipSpace();
    if (!this.#atEnd()) throw this.#unexpected(context);
  }

  #unexpected(context: string): Error {
    const { kind, text } = this.#token;
    const shown = kind === 'word' ? `<${text}>` : JSON.stringify(kind === 'end' ? '}}' : text);
    return this.#fail(`unexpected ${shown} in ${context}`);
  }

  #control(kind: 'if' | 'with' | 'range'): TemplateNode {
    const scope = this.#variables.length;
    const pipeline = this.#pipeline(kind);
    if (kind === 'range') this.#loops += 1;
    const { nodes, stop } = this.#list();
    if (kind === 'range') this.#loops -= 1;
    let otherwise: TemplateNode[] = [];
    if (stop === 'else') otherwise = this.#otherwise(kind);
    else if (stop === 'eof') throw this.#fail('unexpected EOF', this.#source.length);
    this.#variables.length = scope;
    return { kind, pipeline, body: nodes, otherwise };
  }

  /** What follows an `else`: another condition, or a list up to its end. */
  #otherwise(kind: 'if' | 'with' | 'range'): TemplateNode[] {
    const { kind: type, text } = this.#token;
    if (type === 'word' && text === kind && kind !== 'range') {
      this.#at += 1;
      return [this.#control(kind)];
    }
    this.#finish('else');
    const { nodes, stop } = this.#list();
    if (stop === 'else') throw this.#fail('expected end; found {{else}}');
    if (stop === 'eof') throw this.#fail('unexpected EOF', this.#source.length);
    return nodes;
  }

  #namedTemplate(kind: 'define' | 'block' | 'template', nodes: TemplateNode[]): void {
    this.#skipSpace();
    const token = this.#token;
    if (token.kind !== 'string') throw this.#unexpected(`${kind} clause`);
    this.#at += 1;
    this.#skipSpace();
    const pipeline = this.#atEnd() || kind === 'define' ? undefined : this.#pipeline(kind);
    if (kind === 'define') this.#finish('define clause');
    if (kind !== 'template') {
      const outer = this.#variables;
      this.#variables = ['$'];
      const { nodes: body, stop } = this.#list();
      if (stop !== 'end') throw this.#fail('unexpected EOF', this.#source.length);
      this.#variables = outer;
      this.#named.set(token.text, body);
    }
    if (kind !== 'define') nodes.push({ kind: 'template', name: token.text, pipeline, at: token.at });
  }

  #pipeline(context: string): Pipeline {
    this.#skipSpace();
    const start = this.#token.at;
    const pipeline: Pipeline = { at: start, text: '', variables: [], declares: false, commands: [] };
    this.#declarations(pipeline, context);
    for (;;) {
      this.#skipSpace();
      if (this.#atEnd()) break;
      if (this.#isSign(')')) {
        if (context !== 'parenthesized pipeline') throw this.#unexpected('command');
        break;
      }
      pipeline.commands.push(this.#command());
      this.#skipSpace();
      if (!this.#isSign('|')) continue;
      this.#at += 1;
      this.#skipSpace();
      if (this.#atEnd() || this.#isSign(')')) throw this.#fail(`missing value for ${context}`);
    }
    if (pipeline.commands.length === 0) throw this.#fail(`missing value for ${context}`);
    pipeline.text = this.#source.slice(start, this.#token.at).trim();
    return pipeline;
  }

  /** `$x :=`, `$x =`, and in a range `$i, $x :=`. */
  #declarations(pipeline: Pipeline, context: string): void {
    const mark = this.#at;
    const names: string[] = [];
    while (this.#token.kind === 'variable') {
      names.push(this.#token.text);
      this.#at += 1;
      this.#skipSpace();
      if (this.#isSign(',') && context === 'range' && names.length === 1) {
        this.#at += 1;
        this.#skipSpace();
        continue;
      }
      if (!this.#isSign(':=') && !this.#isSign('=')) break;
      pipeline.declares = this.#isSign(':=');
      pipeline.variables = names;
      this.#at += 1;
      for (const name of names) {
        if (pipeline.declares) this.#variables.push(name);
        else this.#known(name);
      }
      return;
    }
    this.#at = mark;
  }

  #known(name: string): void {
    if (!this.#variables.includes(name)) throw this.#fail(`undefined variable ${JSON.stringify(name)}`);
  }

  #command(): Command {
    const start = this.#token.at;
    const operands: Operand[] = [];
    for (;;) {
      operands.push(this.#operand());
      if (this.#token.kind !== 'space') break;
      this.#skipSpace();
      if (this.#atEnd() || this.#isSign(')') || this.#isSign('|')) break;
    }
    const { kind } = this.#token;
    if (kind !== 'end' && !this.#isSign(')') && !this.#isSign('|')) throw this.#unexpected('command');
    return { at: start, text: this.#source.slice(start, this.#token.at).trim(), operands };
  }

  #operand(): Operand {
    const token = this.#token;
    this.#at += 1;
    const { at } = token;
    const text = () => this.#source.slice(at, this.#token.at);
    switch (token.kind) {
      case 'field': {
        // Of a chain, the place is where its second field stands.
        const place = this.#token.kind === 'field' ? this.#token.at : at;
        const names = [token.text, ...this.#fields()];
        return { kind: 'fields', names, at: place, text: text() };
      }
      case 'variable': {
        this.#known(token.text);
        const names = this.#fields();
        return { kind: 'variable', name: token.text, names, at, text: text() };
      }
      case 'dot':
        return { kind: 'dot', at, text: '.' };
      case 'string':
        return { kind: 'constant', value: token.text, at, text: text() };
      case 'character':
        return { kind: 'constant', value: BigInt(token.text.codePointAt(0) ?? 0), at, text: text() };
      case 'number':
        return { kind: 'constant', value: numberOf(token.text), at, text: text() };
      case 'word':
        return this.#word(token);
      case 'sign':
        if (token.text === '(') return this.#parenthesized(at);
    }
    this.#at -= 1;
    throw this.#unexpected('command');
  }

  #word({ text, at }: ActionToken): Operand {
    if (text === 'true' || text === 'false') return { kind: 'constant', value: text === 'true', at, text };
    if (text === 'nil') return { kind: 'constant', value: null, at, text };
    if (!functionNames.has(text)) throw this.#fail(`function ${JSON.stringify(text)} not defined`, at);
    return { kind: 'function', name: text, at, text };
  }

  #parenthesized(at: number): Operand {
    this.#depth += 1;
    if (this.#depth > maxNesting) throw this.#fail('the template is nested too deeply');
    const pipeline = this.#pipeline('parenthesized pipeline');
    this.#depth -= 1;
    if (!this.#isSign(')')) throw this.#fail('unclosed left paren');
    this.#at += 1;
    const names = this.#fields();
    return { kind: 'pipeline', pipeline, names, at, text: this.#source.slice(at, this.#token.at) };
  }

  #fields(): string[] {
    const names: string[] = [];
    while (this.#token.kind === 'field') {
      names.push(this.#token.text);
      this.#at += 1;
    }
    return names;
  }
}

/** Whole numbers are bigints, others doubles. */
function numberOf(text: string): bigint | number {
  const plain = text.replaceAll('_', '');
  const negative = plain[0] === '-';
  const size = plain.replace(/^[+-]/, '');
  if (!/^(?:0[xXbBoO][0-9a-fA-F]+|\d+)$/.test(size)) return Number(plain);
  const whole = BigInt(
    /^0\d/.test(size) && /^[0-7]+$/.test(size) ? `0o${size.slice(1)}` : size.toLowerCase(),
  );
  return negative ? -whole : whole;
}
