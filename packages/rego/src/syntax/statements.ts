import type { Body, Import, Location, Module, Term } from './ast.ts';
import type { ParserOptions } from './parser-base.ts';
import { RuleParser } from './rules.ts';
import { kindName } from './term-nodes.ts';
import { futureKeywords, isKeywordToken, keywords, Token } from './tokens.ts';

const importRoots = ['data', 'future', 'input', 'rego'];

/** After this many statements that could not be read the rest is not looked at. */
const maxFailures = 10;

/** Reads modules and queries. */
export class StatementParser extends RuleParser {
  readonly #imports: Import[] = [];
  #package: { path: string[]; location: Location } | undefined;

  constructor(source: string, options: ParserOptions) {
    super(source, options);
    if (!this.v0 && options.features && !options.features.has('rego_v1')) {
      this.problem(this.here(), 'illegal capabilities: rego_v1 feature required for parsing v1 Rego');
    }
  }

  /** The whole source as a module, without its annotations. The problems say whether it is one. */
  module(): Module {
    let statements = 0;
    let failures = 0;
    this.#start();
    while (!this.at(Token.Eof) && failures < maxFailures) {
      const read = this.attempt(() => {
        this.#statement(statements);
        return true;
      });
      if (!read) {
        failures += 1;
        this.#skipStatement();
      }
      statements += 1;
    }
    if (statements === 0 && this.problems.length === 0) {
      const nowhere = { file: this.file, row: 0, col: 0, start: 0, end: 0 };
      this.problem(nowhere, 'empty module', 'a module begins with `package ...`');
    }
    const found = this.#package ?? { path: [], location: this.here() };
    return {
      file: this.file,
      source: this.source,
      package: { ...found, annotations: [] },
      imports: this.#imports,
      rules: this.rules,
      comments: this.comments,
      v0: this.v0 && !this.compatible,
    };
  }

  /** The whole source as literals. */
  query(): Body {
    const body: Body = [];
    this.attempt(() => {
      this.#start();
      if (this.at(Token.Eof)) this.fail(this.here(), 'empty query');
      while (!this.at(Token.Eof)) {
        body.push(this.literal());
        if (this.at(Token.Semicolon)) {
          this.advance();
          if (this.at(Token.Eof)) this.failUnexpected();
        }
      }
      return true;
    });
    return body;
  }

  #start(): void {
    const read = this.attempt(() => {
      this.advance();
      return true;
    });
    if (!read) this.tok = Token.Illegal;
  }

  #statement(index: number): void {
    const joined = this.keywordBeginsRef();
    if (this.at(Token.Package) && !joined) {
      const location = this.here();
      const path = this.#packagePath(location);
      if (index === 0) this.#package = { path, location };
      else this.problem(location, this.#package ? 'unexpected package' : 'package expected');
      return;
    }
    if (index === 0) {
      this.problem(this.here(), 'package expected', 'a module begins with `package ...`');
    }
    if (this.at(Token.Import) && !joined) this.#import();
    else this.rule();
  }

  #packagePath(location: Location): string[] {
    this.advance();
    this.#pathStart();
    const term = this.term();
    location.end = this.lastEnd;
    const path = this.#strings(term);
    if (!path) this.failUnexpected();
    return path;
  }

  /** The path of a package or an import may begin with a keyword. */
  #pathStart(): void {
    if (!this.isRefPart()) this.failUnexpected();
    this.tok = Token.Ident;
  }

  /** `a.b["c"]` as its names; undefined for what is no reference. */
  #strings(term: Term): string[] | undefined {
    if (term.kind === 'var') return [term.name];
    if (term.kind !== 'ref') return undefined;
    if (term.head.kind !== 'var') {
      this.fail(term.location, `unexpected ${kindName(term.head)} token: expecting var`);
    }
    const names = [term.head.name];
    for (const part of term.path) {
      if (part.kind !== 'scalar' || typeof part.value !== 'string') {
        this.fail(part.location, `unexpected ${kindName(part)} token: expecting string`);
      }
      names.push(part.value);
    }
    return names;
  }

  #import(): void {
    const location = this.here();
    this.advance();
    this.#pathStart();
    const term = this.term();
    const path = this.#strings(term);
    if (!path) this.fail(this.here(), 'expected path');
    const root = path[0]!;
    if (!importRoots.includes(root)) {
      this.fail(
        term.location,
        `unexpected import path, must begin with one of: {${importRoots.join(', ')}}, got: ${root}`,
        `packages are imported below data: \`import data.${path.join('.')}\``,
      );
    }
    const alias = this.at(Token.As) ? this.#alias() : undefined;
    location.end = this.lastEnd;
    this.#imports.push({ path, ...(alias === undefined ? {} : { alias }), location });
    if (alias === undefined) this.#checkPathEnd(term, path);
    if (root === 'rego') this.#regoImport(term, path, alias);
    if (root === 'future') this.#futureImport(term, path, alias);
  }

  #alias(): string {
    this.advance();
    if (!this.at(Token.Ident)) this.failUnexpected('expected var');
    const alias = this.term();
    if (alias.kind !== 'var') this.failUnexpected('expected var');
    return alias.name;
  }

  #checkPathEnd(term: Term, path: readonly string[]): void {
    const last = path.at(-1)!;
    const token = keywords.get(last);
    if (token === undefined || (path[0] === 'future' && path.length > 1)) return;
    if (this.v0 && token >= Token.In) return;
    this.problem(
      term.kind === 'ref' ? (term.path.at(-1)?.location ?? term.location) : term.location,
      `unexpected import path, must not end with a keyword, got: ${last}`,
      'import a different path or use an alias',
    );
  }

  #regoImport(term: Term, path: readonly string[], alias: string | undefined): void {
    if (path.length !== 2 || path[1] !== 'v1') {
      this.fail(term.location, `invalid import \`${path.join('.')}\`, must be \`rego.v1\``);
    }
    if (!this.v0) return;
    if (alias !== undefined) this.fail(term.location, '`rego` imports cannot be aliased');
    this.compatible = true;
    for (const [name, token] of futureKeywords) this.keywords.set(name, token);
  }

  #futureImport(term: Term, path: readonly string[], alias: string | undefined): void {
    if (path[1] !== 'keywords') {
      this.fail(term.location, 'invalid import, must be `future.keywords`');
    }
    if (alias !== undefined) this.fail(term.location, '`future` imports cannot be aliased');
    const names = path.length === 3 ? [path[2]!] : [...futureKeywords.keys()];
    for (const name of names) {
      const token = futureKeywords.get(name);
      if (token === undefined) {
        const known = [...futureKeywords.keys()].sort().join(' ');
        this.fail(term.location, `unexpected keyword, must be one of [${known}]`);
      }
      this.keywords.set(name, token);
      if (token === Token.Every) this.keywords.set('in', Token.In);
    }
  }

  /** Goes on behind a statement that could not be read: where a name begins a line after an empty line or a closing brace. */
  #skipStatement(): void {
    const problems = this.problems.length;
    let closed = false;
    for (;;) {
      const before = this.tok;
      const col = this.tokenCol;
      const end = this.end;
      this.attempt(() => this.advance());
      if (this.at(Token.Eof)) break;
      closed = before === Token.RightBrace && col === 1;
      if (this.tokenCol !== 1 || !this.newline) continue;
      if (!this.at(Token.Ident) && !isKeywordToken(this.tok)) continue;
      if (closed || this.#emptyLine(end)) break;
    }
    this.problems.length = problems;
  }

  #emptyLine(end: number): boolean {
    const gap = this.source.slice(end, this.start);
    return /\n[ \t\r]*\n/.test(gap) || /^[^\n]*\n#/.test(gap);
  }
}
