import type { Node, ParsedNode, YAMLMap } from 'yaml';
import { yamlLibrary } from '#yaml';
import { typeName } from '../../values/compare.ts';
import { numberText } from '../../values/numbers.ts';
import { RegoObject } from '../../values/rego-object.ts';
import type { RegoNumber, Scalar, Value } from '../../values/value.ts';
import type { BuiltinContext } from '../builtin.ts';
import { decodeBase64 } from '../encoding/base64.ts';
import { textOf } from '../encoding/bytes.ts';
import { fault } from '../operands.ts';
import { type Resolved, resolveScalar } from './scalar.ts';
import { syntaxMessage } from './syntax-message.ts';

const maxNodes = 4_000_000;
const maxDepth = 10_000;
const prefix = 'error converting YAML to JSON: ';

/**
 * Reads the first document of a YAML text as sigs.k8s.io/yaml does: YAML 1.1's scalars, merge keys, keys as texts, of equal keys the
 * last. Untrusted input: aliases cannot multiply without end.
 */
export function readYaml(text: string, context: BuiltinContext): Value {
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f]/.test(text)) {
    throw fault(`${prefix}yaml: control characters are not allowed`);
  }
  if (isDeep(text)) throw fault(`${prefix}yaml: exceeded max depth of ${maxDepth}`);
  try {
    const document = yamlLibrary().parseDocument(text, {
      schema: 'failsafe',
      uniqueKeys: false,
      strict: true,
      prettyErrors: false,
      logLevel: 'silent',
    });
    const error = document.errors.find(({ code }) => code !== 'MULTIPLE_DOCS');
    if (error) throw fault(`${prefix}yaml: ${syntaxMessage(error, text)}`, error);
    return document.contents ? new Reader(context).value(document.contents, 0) : null;
  } catch (error) {
    if (error instanceof RangeError) throw fault(`${prefix}yaml: exceeded max depth of ${maxDepth}`, error);
    throw error;
  }
}

/** Longer runs of collections that open inside each other are refused unread: the parser's time grows with their square. */
const maxOpenings = 2_000;

function isDeep(text: string): boolean {
  let open = 0;
  let dashes = 0;
  for (let i = 0; i < text.length; i += 1) {
    switch (text.charCodeAt(i)) {
      case 0x5b: // [
      case 0x7b: // {
        open += 1;
        if (open > maxOpenings) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        if (open > 0) open -= 1;
        break;
      case 0x2d: // -
      case 0x3f: // ?
        dashes += 1;
        if (dashes > maxOpenings) return true;
        continue;
      case 0x20:
        continue;
    }
    dashes = 0;
  }
  return false;
}

class Reader {
  readonly #context: BuiltinContext;
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  readonly #yaml = yamlLibrary();
  #nodes = 0;

  constructor(context: BuiltinContext) {
    this.#context = context;
  }

  value(node: ParsedNode | Node | null, depth: number): Value {
    this.#count(depth);
    if (node === null) return null;
    if (this.#yaml.isAlias(node)) return this.value(this.#target(node.source), depth + 1);
    this.#remember(node);
    if (this.#yaml.isScalar(node)) return this.#scalar(node);
    if (this.#yaml.isSeq(node)) {
      return this.#guarded(node, () => node.items.map((item) => this.value(item as Node | null, depth + 1)));
    }
    if (this.#yaml.isMap(node)) return this.#guarded(node, () => RegoObject.of(this.#members(node, depth)));
    return null;
  }

  #count(depth: number): void {
    this.#context.spend(1);
    this.#nodes += 1;
    if (this.#nodes > maxNodes) throw fault(`${prefix}yaml: document contains excessive aliasing`);
    if (depth > maxDepth) throw fault(`${prefix}yaml: exceeded max depth of ${maxDepth}`);
  }

  #remember(node: Node): void {
    const { anchor } = node as { anchor?: string };
    if (anchor !== undefined) this.#anchors.set(anchor, node);
  }

  #target(name: string): Node {
    const node = this.#anchors.get(name);
    if (!node) throw fault(`${prefix}yaml: unknown anchor '${name}' referenced`);
    if (this.#open.has(node)) throw fault(`${prefix}yaml: anchor '${name}' value contains itself`);
    return node;
  }

  #guarded<T>(node: Node, read: () => T): T {
    this.#open.add(node);
    const result = read();
    this.#open.delete(node);
    return result;
  }

  #members(map: YAMLMap, depth: number): [string, Value][] {
    const members: [string, Value][] = [];
    for (const { key, value } of map.items as { key: Node | null; value: Node | null }[]) {
      if (isMergeKey(key)) members.push(...this.#merged(value, depth + 1));
      else members.push([keyText(this.value(key, depth + 1)), this.value(value, depth + 1)]);
    }
    return members;
  }

  /** The members of a map, or of several, of which the first decides. */
  #merged(node: Node | null, depth: number): [string, Value][] {
    this.#count(depth);
    if (node !== null && this.#yaml.isAlias(node)) {
      const target = this.#target(node.source);
      if (this.#yaml.isMap(target)) return this.#guarded(target, () => this.#members(target, depth + 1));
    } else if (node !== null && this.#yaml.isMap(node)) {
      this.#remember(node);
      return this.#members(node, depth + 1);
    } else if (node !== null && this.#yaml.isSeq(node)) {
      return [...node.items].reverse().flatMap((item) => {
        if (this.#yaml.isSeq(item)) throw mergeFault();
        return this.#merged(item as Node | null, depth + 1);
      });
    }
    throw mergeFault();
  }

  #scalar(node: {
    value: unknown;
    type?: string | undefined;
    tag?: string | undefined;
    source?: string | undefined;
  }): Value {
    const text = typeof node.value === 'string' ? node.value : (node.source ?? '');
    const tag = node.tag?.replace(/^tag:yaml\.org,2002:/, '');
    if (tag === 'str' || (tag === undefined && node.type !== 'PLAIN' && node.type !== undefined)) return text;
    if (tag === 'binary') return binary(text);
    const resolved = resolveScalar(text);
    if (tag === undefined) return jsonValue(resolved, text);
    if (!['bool', 'null', 'int', 'float', 'timestamp'].includes(tag)) return text;
    if (tag !== resolved.tag && !(tag === 'float' && resolved.tag === 'int')) {
      throw fault(`${prefix}yaml: cannot decode !!${resolved.tag} \`${text}\` as a !!${tag}`);
    }
    return jsonValue(resolved, text);
  }
}

function mergeFault(): Error {
  return fault(`${prefix}yaml: map merge requires map or sequence of maps as the value`);
}

function isMergeKey(key: Node | null): boolean {
  return (
    key !== null &&
    yamlLibrary().isScalar(key) &&
    key.value === '<<' &&
    (key.type === 'PLAIN' || key.type === undefined)
  );
}

function jsonValue(resolved: Resolved, text: string): Scalar {
  if (resolved.value !== undefined) return resolved.value;
  const name = /nan/i.test(text) ? 'NaN' : text[0] === '-' ? '-Inf' : '+Inf';
  throw fault(`${prefix}json: unsupported value: ${name}`);
}

function keyText(key: Value): string {
  switch (typeof key) {
    case 'string':
      return key;
    case 'boolean':
      return String(key);
    case 'number':
    case 'bigint':
      return numberText(key as RegoNumber);
    default:
      throw fault(
        `${prefix}unsupported map key of type: ${key === null ? '%!s(<nil>), key: <nil>' : typeName(key)}`,
      );
  }
}

function binary(text: string): string {
  try {
    return textOf(decodeBase64(text, 'standard')).toWellFormed();
  } catch (error) {
    throw fault(`${prefix}yaml: !!binary value contains invalid base64 data`, error);
  }
}
