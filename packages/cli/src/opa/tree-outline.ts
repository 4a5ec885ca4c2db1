import { Decimal, type TreeJson } from '@assay/rego';

type Node = { readonly [key: string]: TreeJson };

/** A syntax tree, as `moduleToJson` gives it, with a line for each node and a space for each level, as `opa parse` prints it. */
export function treeOutline(module: Node): string {
  const lines: string[] = [];
  new Outline((depth, text) => lines.push(`${' '.repeat(depth)}${text}\n`)).module(module);
  return lines.join('');
}

class Outline {
  readonly #line: (depth: number, text: string) => void;

  constructor(line: (depth: number, text: string) => void) {
    this.#line = line;
  }

  module({ package: packaged, imports, rules, annotations, comments }: Node): void {
    this.#line(0, 'module');
    this.#line(1, 'package');
    this.#list(2, 'ref', (packaged as Node).path);
    for (const { path, alias } of nodes(imports)) {
      this.#line(1, 'import');
      this.#term(2, path as Node);
      this.#line(2, String(alias ?? ''));
    }
    for (const rule of nodes(rules)) this.#rule(1, rule);
    for (const _ of nodes(annotations)) this.#line(1, 'annotations');
    for (const _ of nodes(comments)) this.#line(1, 'comment');
  }

  #rule(depth: number, { head, body, else: otherwise }: Node): void {
    this.#line(depth, 'rule');
    this.#line(depth + 1, 'head');
    const { ref, args, value } = head as Node;
    this.#list(depth + 2, 'ref', ref);
    if (nodes(args).length > 0) this.#list(depth + 2, 'args', args);
    if (value !== undefined) this.#term(depth + 2, value as Node);
    this.#body(depth + 1, body);
    if (otherwise !== undefined) this.#rule(depth + 1, otherwise as Node);
  }

  #body(depth: number, body: TreeJson | undefined): void {
    this.#line(depth, 'body');
    for (const expression of nodes(body)) this.#expression(depth + 1, expression);
  }

  #expression(depth: number, { index, negated, terms, with: modifiers }: Node): void {
    this.#line(depth, `expr ${negated ? 'negated ' : ''}index=${String(index)}`);
    if (Array.isArray(terms)) this.#terms(depth + 1, terms);
    else this.#what(depth + 1, terms as Node);
    for (const { target, value } of nodes(modifiers)) {
      this.#line(depth + 1, 'with');
      this.#terms(depth + 2, [target!, value!]);
    }
  }

  /** A term, or a declaration. */
  #what(depth: number, node: Node): void {
    const { symbols, domain, key, value, body } = node;
    if (symbols !== undefined) {
      this.#list(depth, 'somedecl', symbols);
    } else if (domain !== undefined) {
      this.#line(depth, 'every');
      this.#terms(depth + 1, [...(key ? [key] : []), value!, domain]);
      this.#body(depth + 1, body);
    } else {
      this.#term(depth, node);
    }
  }

  #list(depth: number, name: string, items: TreeJson | undefined): void {
    this.#line(depth, name);
    this.#terms(depth + 1, items);
  }

  #terms(depth: number, items: TreeJson | undefined): void {
    for (const item of nodes(items)) this.#term(depth, item);
  }

  #term(depth: number, { type, value }: Node): void {
    switch (type) {
      case 'null':
        this.#line(depth, 'null');
        break;
      case 'string':
        this.#line(depth, JSON.stringify(value));
        break;
      case 'set':
        this.#list(
          depth,
          type,
          sorted(nodes(value), (item) => item),
        );
        break;
      case 'object': {
        const entries = sorted(value as unknown as [Node, Node][], ([key]) => key);
        this.#list(depth, type, entries.flat());
        break;
      }
      case 'arraycomprehension':
      case 'setcomprehension':
      case 'objectcomprehension': {
        const { term, key, value: held, body } = value as Node;
        this.#line(depth, type);
        this.#terms(depth + 1, key ? [key, held!] : [term!]);
        this.#body(depth + 1, body);
        break;
      }
      case 'templatestring':
        this.#line(depth, type);
        break;
      default:
        if (Array.isArray(value)) this.#list(depth, String(type), value);
        else this.#line(depth, String(value));
    }
  }
}

function nodes(list: TreeJson | undefined): readonly Node[] {
  return (list ?? []) as readonly Node[];
}

const scalarTypes = ['null', 'boolean', 'number', 'string', 'var'];

/** Members in the order of Rego's values, as far as they are scalars. */
function sorted<T>(items: readonly T[], keyOf: (item: T) => Node): T[] {
  const rank = ({ type }: Node): number => {
    const index = scalarTypes.indexOf(String(type));
    return index < 0 ? scalarTypes.length : index;
  };
  return [...items].sort((one, other) => {
    const [a, b] = [keyOf(one), keyOf(other)];
    if (rank(a) !== rank(b)) return rank(a) - rank(b);
    if (a.type === 'number') return Number(textOf(a.value)) - Number(textOf(b.value));
    if (typeof a.value === 'object' || a.value === b.value) return 0;
    return String(a.value) < String(b.value) ? -1 : 1;
  });
}

function textOf(value: TreeJson | undefined): string {
  return value instanceof Decimal ? value.toString() : String(value);
}
