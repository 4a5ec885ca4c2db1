import { problemAt, type RegoProblem } from '../error.ts';
import type { AnnotationBlock, Comment, Location, Module, Rule } from '../syntax/ast.ts';
import { lineDetail } from '../syntax/problem-text.ts';
import { MetadataFault, type ReadTerm, readMetadata, type WrittenBlock } from './metadata-block.ts';

const scopes = ['rule', 'document', 'package', 'subpackages'] as const;

/**
 * Reads the METADATA blocks among a module's comments and hands each to the package or the rule it stands above. Returns what is
 * wrong with them, in the order of the text.
 */
export function attachAnnotations(module: Module, readTerm: ReadTerm): RegoProblem[] {
  const problems: RegoProblem[] = [];
  const blocks: WrittenBlock[] = [];
  for (const lines of blocksOf(module.comments)) {
    const block = readBlock(module, lines, readTerm, problems);
    if (block) blocks.push(block);
  }
  if (problems.length > 0 || blocks.length === 0) return problems;
  const statements = statementsOf(module);
  let next = 0;
  for (const block of blocks) {
    while (next < statements.length && statements[next]!.location.row <= block.location.row) next += 1;
    attach(block, statements[next], problems);
  }
  return problems;
}

interface Statement {
  what: 'package' | 'import' | 'rule';
  location: Location;
  annotations?: AnnotationBlock[];
}

function statementsOf(module: Module): Statement[] {
  const statements: Statement[] = [{ what: 'package', ...module.package }];
  for (const { location } of module.imports) statements.push({ what: 'import', location });
  for (const rule of module.rules) statements.push({ what: 'rule', ...placed(rule) });
  return statements.sort((a, b) => a.location.start - b.location.start);
}

function placed(rule: Rule): Pick<Rule, 'location' | 'annotations'> {
  return { location: rule.location, annotations: rule.annotations };
}

/** The comments of each block: its first line `# METADATA` and those that follow it without a gap from column 1. */
function blocksOf(comments: readonly Comment[]): Comment[][] {
  const blocks: Comment[][] = [];
  let current: Comment[] | undefined;
  let row = 0;
  for (const comment of comments) {
    const { location, text } = comment;
    if (current && location.row === row + 1 && location.col === 1) {
      current.push(comment);
    } else {
      current = undefined;
      if (text.includes('METADATA') && text.trim().startsWith('METADATA')) {
        current = [comment];
        blocks.push(current);
      }
    }
    row = location.row;
  }
  return blocks;
}

function readBlock(
  module: Module,
  lines: readonly Comment[],
  readTerm: ReadTerm,
  problems: RegoProblem[],
): WrittenBlock | undefined {
  const [first, ...rest] = lines;
  const last = lines.at(-1)!;
  const location: Location = { ...first!.location, end: last.location.end };
  const text = rest.map((line) => `${line.text.replace(/^ /, '')}\n`).join('');
  try {
    return readMetadata(text, location, readTerm);
  } catch (error) {
    if (!(error instanceof MetadataFault)) throw error;
    const place = error.line > 0 ? (lines[error.line] ?? last).location : location;
    const problem = problemAt(place, 'rego_parse_error', error.message, spaceHint(rest));
    problems.push({ ...problem, details: lineDetail(module.source, place.start) });
    return undefined;
  }
}

/** YAML wants a space after the colon: a likely mistake where no part of a line has one. */
function spaceHint(lines: readonly Comment[]): string | undefined {
  for (const { text, location } of lines) {
    const parts = text.split(':').slice(1);
    const open = parts.some((part, index) =>
      part === '' ? index === parts.length - 1 : part.startsWith(' ') || part.startsWith('\t'),
    );
    if (parts.length > 0 && !open) {
      return `line ${location.row}: what follows the \`:\` of a key must begin with a space`;
    }
  }
  return undefined;
}

function attach(block: WrittenBlock, to: Statement | undefined, problems: RegoProblem[]): void {
  const { location } = block;
  const complain = (message: string, hint?: string): void => {
    problems.push(problemAt(location, 'rego_parse_error', message, hint));
  };
  const scope = block.scope === '' ? defaultScope(block, to) : block.scope;
  if (!isScope(scope)) {
    complain(
      `invalid annotation scope '${scope}'. Use one of 'rule', 'document', 'package', or 'subpackages'`,
      to ? undefined : 'a METADATA block stands directly above a rule or a package',
    );
    return;
  }
  const want = scope === 'rule' || scope === 'document' ? 'rule' : 'package';
  if (to?.what !== want) {
    const have = to ? ` (have ${to.what})` : '';
    complain(`annotation scope '${scope}' must be applied to ${want}${have}`);
    return;
  }
  if (block.entrypoint && scope !== 'document' && scope !== 'package') {
    complain(`annotation entrypoint applied to non-document or package scope '${scope}'`);
    return;
  }
  to.annotations?.push({ ...block, scope });
}

function defaultScope(block: WrittenBlock, to: Statement | undefined): string {
  if (to?.what !== 'rule') return to?.what ?? '';
  return block.entrypoint ? 'document' : 'rule';
}

function isScope(scope: string): scope is AnnotationBlock['scope'] {
  return (scopes as readonly string[]).includes(scope);
}
