import { moduleToJson, parseModule, RegoError } from '@assay/rego';
import { problemJson } from './eval-output.ts';
import { type Json, jsonText, writeJson } from './json-output.ts';
import { readText } from './load-paths.ts';
import { withOpaErrors } from './opa-error.ts';

export interface ParseFlags {
  format: 'pretty' | 'json';
  jsonInclude?: string;
  v0Compatible?: boolean;
}

/** `opa parse`: the syntax tree of a module. What is wrong with it is told as JSON on standard error. */
export function parseCommand(path: string, flags: ParseFlags): Promise<void> {
  return withOpaErrors(1, () => {
    try {
      const module = parseModule(readText(path), { file: path, v0: flags.v0Compatible ?? false });
      if (flags.format === 'json') writeJson(moduleToJson(module, included(flags)) as Json);
      else process.stdout.write(`module\n${outline(moduleToJson(module) as unknown as Node, 1)}`);
      return 0;
    } catch (error) {
      const problems =
        error instanceof RegoError ? error.errors.map(problemJson) : [{ message: (error as Error).message }];
      process.stderr.write(`${jsonText({ errors: problems })}\n`);
      return 1;
    }
  });
}

/** `locations,-comments`: comments are in unless they are taken out. */
function included({ jsonInclude = '' }: ParseFlags): { locations: boolean; comments: boolean } {
  const shown = { locations: false, comments: true };
  for (const element of jsonInclude.split(',')) {
    if (element.endsWith('locations')) shown.locations = !element.startsWith('-');
    if (element.endsWith('comments')) shown.comments = !element.startsWith('-');
  }
  return shown;
}

type Node = null | string | number | boolean | bigint | Node[] | { [key: string]: Node };

/** A tree as indented lines: the kinds of nodes, and the values of leaves. */
function outline(node: Node, depth: number): string {
  const line = (text: string): string => `${' '.repeat(depth)}${text}\n`;
  if (Array.isArray(node)) return node.map((item) => outline(item, depth)).join('');
  if (typeof node !== 'object' || node === null) return line(JSON.stringify(node) ?? String(node));
  const { type, value, index, ...fields } = node;
  if (typeof type === 'string') {
    if (type === 'var') return line(String(value));
    if (typeof value !== 'object' || value === null) return line(leaf(value));
    return line(type) + outline(value, depth + 1);
  }
  const own = index === undefined ? '' : line(`expr index=${String(index)}`);
  const deeper = index === undefined ? depth : depth + 1;
  let text = own;
  for (const [key, inner] of Object.entries(fields)) {
    if (key === 'terms') text += outline(inner, deeper);
    else text += `${' '.repeat(deeper)}${singular(key)}\n${outline(inner, deeper + 1)}`;
  }
  return text;
}

function leaf(value: Node | undefined): string {
  if (value === null || value === undefined) return 'null';
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function singular(key: string): string {
  return key === 'rules' ? 'rule' : key === 'imports' ? 'import' : key;
}
