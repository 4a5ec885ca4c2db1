import { GraphqlError, Lexer, type Position, type Token, type TokenKind } from './lexer.ts';
import { type Argument, type Directive, type TypeReference, type ValueNode, valueKinds } from './tree.ts';

const maxNesting = 500;

/** What the parsers of queries and schemas share: tokens with one of lookahead, names, types, values and directives. */
export class TokenStream {
  readonly #lexer: Lexer;
  #ahead: Token | undefined;
  #depth = 0;

  constructor(text: string) {
    this.#lexer = new Lexer(text);
  }

  peek(): Token {
    this.#ahead ??= this.#lexer.next();
    return this.#ahead;
  }

  next(): Token {
    const token = this.peek();
    this.#ahead = undefined;
    return token;
  }

  get position(): Position {
    return this.peek().position;
  }

  expect(kind: TokenKind): Token {
    const token = this.peek();
    if (token.kind !== kind) throw errorAt(token, `Expected ${kind}, found ${token.kind}`);
    return this.next();
  }

  expectKeyword(word: string): void {
    const token = this.peek();
    if (token.kind !== 'Name' || token.value !== word) {
      throw errorAt(token, `Expected ${JSON.stringify(word)}, found ${tokenText(token)}`);
    }
    this.next();
  }

  skip(kind: TokenKind): boolean {
    if (this.peek().kind !== kind) return false;
    this.next();
    return true;
  }

  unexpected(token: Token = this.peek()): GraphqlError {
    return errorAt(token, `Unexpected ${tokenText(token)}`);
  }

  /** Nothing, or one or more things between two brackets. */
  some<T>(start: TokenKind, end: TokenKind, read: () => T): T[] {
    if (!this.skip(start)) return [];
    const items: T[] = [];
    while (this.peek().kind !== end) items.push(read());
    if (items.length === 0) {
      throw errorAt(this.peek(), `expected at least one definition, found ${this.peek().kind}`);
    }
    this.next();
    return items;
  }

  /** Reads one level further in; untrusted documents may nest without end. */
  nested<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > maxNesting) throw errorAt(this.peek(), `Nesting deeper than ${maxNesting} levels`);
    const result = read();
    this.#depth -= 1;
    return result;
  }

  name(): string {
    return this.expect('Name').value;
  }

  variable(): string {
    this.expect('$');
    return this.name();
  }

  type(): TypeReference {
    return this.nested(() => {
      let type: TypeReference;
      if (this.skip('[')) {
        const { position } = this;
        type = { NamedType: '', Elem: this.type(), NonNull: false, position };
        this.expect(']');
      } else {
        const { position } = this;
        type = { NamedType: this.name(), NonNull: false, position };
      }
      if (this.skip('!')) type.NonNull = true;
      return type;
    });
  }

  directives(constant: boolean): Directive[] {
    const directives: Directive[] = [];
    while (this.skip('@')) {
      const { position } = this;
      directives.push({ Name: this.name(), Arguments: this.arguments(constant), Location: '', position });
    }
    return directives;
  }

  arguments(constant: boolean): Argument[] {
    return this.some('(', ')', () => {
      const { position } = this;
      const Name = this.name();
      this.expect(':');
      return { Name, Value: this.value(constant), position };
    });
  }

  /** A literal; variables only where it need not be constant. */
  value(constant: boolean): ValueNode {
    const { position, kind, value: text } = this.peek();
    const node = (Kind: number, Raw: string): ValueNode => {
      this.next();
      return { Raw, Children: [], Kind, ExpectedTypeHasDefault: false, position };
    };
    switch (kind) {
      case '[':
      case '{':
        return this.nested(() => this.#compositeValue(kind, constant));
      case '$':
        if (constant) throw this.unexpected();
        return {
          Raw: this.variable(),
          Children: [],
          Kind: valueKinds.variable,
          ExpectedTypeHasDefault: false,
          position,
        };
      case 'Int':
        return node(valueKinds.int, text);
      case 'Float':
        return node(valueKinds.float, text);
      case 'String':
        return node(valueKinds.string, text);
      case 'BlockString':
        return node(valueKinds.block, text);
      case 'Name':
        if (text === 'true' || text === 'false') return node(valueKinds.boolean, text);
        return node(text === 'null' ? valueKinds.null : valueKinds.enum, text);
      default:
        throw this.unexpected();
    }
  }

  #compositeValue(kind: '[' | '{', constant: boolean): ValueNode {
    const { position } = this.next();
    const list = kind === '[';
    const node: ValueNode = {
      Raw: '',
      Children: [],
      Kind: list ? valueKinds.list : valueKinds.object,
      ExpectedTypeHasDefault: false,
      position,
    };
    while (this.peek().kind !== (list ? ']' : '}')) {
      if (list) {
        node.Children.push({ Name: '', Value: this.value(constant) });
        continue;
      }
      const place = this.position;
      const Name = this.name();
      this.expect(':');
      node.Children.push({ Name, Value: this.value(constant), position: place });
    }
    this.next();
    return node;
  }
}

export function tokenText(token: Token): string {
  return token.value === '' ? token.kind : `${token.kind} ${JSON.stringify(token.value)}`;
}

function errorAt(token: Token, message: string): GraphqlError {
  return new GraphqlError(message, token.position);
}
