import type { Import, Module, Rule } from '../syntax/ast.ts';
import { parseModule } from '../syntax/parse.ts';
import { RuleFormatter, type RuleStyle } from './format-rules.ts';
import { sameTree } from './same-tree.ts';

export interface FormatOptions {
  /** For the messages. */
  file?: string;
  /** The syntax the source is written in. Default: version 1. */
  from?: 'v0' | 'v1';
  /** The syntax to write; `v0v1` can be read as both, and imports `rego.v1`. Default: that of the source. */
  to?: 'v0' | 'v1' | 'v0v1';
  /** Leave out `import rego.v1` and `import future.keywords`, which version 1 does not need. */
  dropV0Imports?: boolean;
}

/**
 * Lays a module out as `opa fmt` does: tabs, one blank line between rules, comments kept where they stood.
 * @throws RegoError when the source is no module
 */
export function formatModule(source: string, options: FormatOptions = {}): string {
  const from = options.from ?? 'v1';
  const module = parseModule(source, { file: options.file ?? '', v0: from === 'v0' });
  const to = options.to ?? (module.v0 ? 'v0' : 'v1');
  return new RuleFormatter(module, styleOf(module, to)).module(module, importsFor(module, to, options));
}

/**
 * Whether a formatted text means what the source means.
 * @throws RegoError when one of the two is no module
 */
export function sameMeaning(source: string, formatted: string, options: FormatOptions = {}): boolean {
  const from = options.from ?? 'v1';
  const to = options.to ?? from;
  const before = parseModule(source, { v0: from === 'v0' });
  const after = parseModule(formatted, { v0: to !== 'v1' && from === 'v0' });
  const comments = before.comments.length === after.comments.length;
  const rules = sameTree(before.rules.map(withoutImplied), after.rules.map(withoutImplied));
  return comments && rules && sameTree(before.package, after.package);
}

/** A rule without the `true` that a head's value and a body are when nothing is written. */
function withoutImplied(rule: Rule): Rule {
  const { value, ...head } = rule.head;
  const [only] = rule.body;
  const plain = rule.body.length === 1 && only && !only.negated && only.with.length === 0;
  return {
    ...rule,
    head: isTrue(value) || !value ? head : { ...head, value },
    body: plain && isTrue(only.what) ? [] : rule.body,
    ...(rule.else ? { else: withoutImplied(rule.else) } : {}),
  };
}

function isTrue(node: Rule['head']['value'] | Rule['body'][number]['what']): boolean {
  return node?.kind === 'scalar' && node.value === true;
}

function styleOf(module: Module, to: 'v0' | 'v1' | 'v0v1'): RuleStyle {
  if (to !== 'v0') return { ifs: true, contains: true, v1: true };
  const imported = (name: string): boolean =>
    module.imports.some(({ path }) => {
      if (path[0] === 'rego') return true;
      return path[0] === 'future' && (path.length === 2 || path[2] === name);
    });
  return { ifs: imported('if'), contains: imported('contains'), v1: imported('rego') && !module.v0 };
}

function importsFor(module: Module, to: 'v0' | 'v1' | 'v0v1', options: FormatOptions): Import[] {
  const isRego = ({ path }: Import): boolean => path[0] === 'rego';
  const isFuture = ({ path }: Import): boolean => path[0] === 'future';
  let imports = [...module.imports];
  if (to === 'v1' && options.dropV0Imports) {
    return imports.filter((item) => !isRego(item) && !isFuture(item));
  }
  if (to === 'v0v1' && !imports.some(isRego)) {
    const [first] = imports.filter(isFuture);
    const { location } = module.package;
    const nowhere = { file: module.file, row: location.row + 1, col: 1, start: 0, end: 0 };
    imports.unshift({ path: ['rego', 'v1'], location: first?.location ?? nowhere });
  }
  if (to !== 'v0' && imports.some(isRego)) imports = imports.filter((item) => !isFuture(item));
  return imports;
}
