import { attachAnnotations } from '../annotations/attach.ts';
import { RegoError, type RegoProblem } from '../error.ts';
import type { Body, Module, Term } from './ast.ts';
import { maxNesting } from './parser-base.ts';
import { StatementParser } from './statements.ts';

export interface ParseOptions {
  /** The name that problems and locations carry. */
  file?: string;
  /** Read version 0: `if`, `contains`, `in` and `every` are names unless imported. */
  v0?: boolean;
  /** The language features switched on, as capabilities list them: `keywords_in_refs`, `template_strings`, `rego_v1`. Default: all. */
  features?: readonly string[];
}

/**
 * Reads a module. The text may be hostile: nesting is bounded, and time is linear in its length for each level of nesting.
 * @throws RegoError (`rego_parse_error`) with every problem found, in the order of the text
 */
export function parseModule(source: string, options: ParseOptions = {}): Module {
  const parser = parserOf(source, options);
  return finish(parser, () => {
    const module = parser.module();
    if (parser.problems.length === 0) parser.problems.push(...attachAnnotations(module, parseTerm));
    return module;
  });
}

/**
 * Reads a query: one or more literals between `;` or line breaks.
 * @throws RegoError (`rego_parse_error`)
 */
export function parseQuery(text: string, options: ParseOptions = {}): Body {
  const parser = parserOf(text, options);
  return finish(parser, () => parser.query());
}

/**
 * Reads one term: `{1, 2}`, `data.a.b[x]`.
 * @throws RegoError (`rego_parse_error`), also when there is more or less than one term
 */
export function parseTerm(text: string, options: ParseOptions = {}): Term {
  const body = parseQuery(text, options);
  const first = body[0];
  const what = first?.what;
  const plain = first && !first.negated && first.with.length === 0;
  if (body.length !== 1 || !plain || !what || isDeclaration(what)) {
    const problem: RegoProblem = {
      code: 'rego_parse_error',
      message: body.length === 1 ? 'expected term' : 'expected exactly one term',
      file: options.file ?? '',
      row: 1,
      col: 1,
    };
    throw new RegoError([problem]);
  }
  return what;
}

function isDeclaration(what: Body[number]['what']): what is Exclude<Body[number]['what'], Term> {
  return what.kind === 'some' || what.kind === 'some-in' || what.kind === 'every';
}

function parserOf(source: string, options: ParseOptions): StatementParser {
  return new StatementParser(source, {
    file: options.file ?? '',
    v0: options.v0 ?? false,
    features: options.features && new Set(options.features),
  });
}

function finish<T>(parser: StatementParser, read: () => T): T {
  let result: T | undefined;
  try {
    result = read();
  } catch (error) {
    // A stack that was nearly full when the parser was called; nesting itself is bounded.
    if (!(error instanceof RangeError)) throw error;
    parser.problems.push({
      code: 'rego_parse_error',
      message: 'max parsing recursion depth exceeded',
      file: parser.file,
      row: parser.tokenRow,
      col: parser.tokenCol,
      hint: `terms may nest ${maxNesting} deep, less where little stack is left`,
    });
  }
  if (parser.problems.length > 0) throw new RegoError(parser.problems);
  return result as T;
}
