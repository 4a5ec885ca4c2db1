import { moduleToJson, parseModule } from '@assay/rego';
import { type Json, writeJson } from './json-output.ts';
import { readText } from './load-paths.ts';
import { withOpaErrors } from './opa-error.ts';

export interface ParseFlags {
  format: 'pretty' | 'json';
  jsonInclude?: string;
  v0Compatible?: boolean;
}

/** `opa parse`: the syntax tree of a module. */
export function parseCommand(path: string, flags: ParseFlags): Promise<void> {
  return withOpaErrors(1, () => {
    const module = parseModule(readText(path), { file: path, v0: flags.v0Compatible ?? false });
    const included = new Set((flags.jsonInclude ?? '').split(','));
    const json = moduleToJson(module, {
      locations: included.has('locations'),
      comments: included.has('comments'),
    });
    if (flags.format === 'json') writeJson(json as Json);
    else process.stdout.write(`module\n${outline(moduleToJson(module) as unknown as Node, 1)}`);
    return 0;
  });
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
