import { RegoError } from '../error.ts';
import type { AnnotationBlock, Location, Term } from '../syntax/ast.ts';
import { lineOfKey, readYaml, type YamlData, YamlFault } from './metadata-yaml.ts';

/** A block as it was written: the scope may be absent, or one that does not exist. */
export type WrittenBlock = Omit<AnnotationBlock, 'scope'> & { scope: string };

/** Reads one term; given by the parser, which this module is part of. */
export type ReadTerm = (text: string) => Term;

/** A block that cannot be read; the line counts from 1 within it, 0: the block as a whole. */
export class MetadataFault extends Error {
  override readonly name = 'MetadataFault';
  readonly line: number;

  constructor(message: string, line: number, options?: { cause?: unknown }) {
    super(message, options);
    this.line = line;
  }
}

/**
 * Reads the YAML below `# METADATA`.
 * @see https://www.openpolicyagent.org/docs/latest/policy-language/#metadata
 * @throws MetadataFault
 */
export function readMetadata(text: string, location: Location, readTerm: ReadTerm): WrittenBlock {
  if (text.trim() === '') throw new MetadataFault('expected METADATA block, found whitespace', 0);
  const fields = new Fields(text);
  const title = fields.text('title');
  const description = fields.text('description');
  const organizations = fields.list('organizations').map((item) => scalarText(item) ?? '');
  const related = fields.list('related_resources').map(relatedResource);
  const authors = fields.list('authors').map(author);
  const schemas = fields.list('schemas').map((item) => schemaOf(item, readTerm));
  const custom = fields.map('custom');
  const block: WrittenBlock = { scope: fields.text('scope'), location };
  if (title !== '') block.title = title;
  if (description !== '') block.description = description;
  if (organizations.length > 0) block.organizations = organizations;
  if (related.length > 0) block.related_resources = related;
  if (authors.length > 0) block.authors = authors;
  if (schemas.length > 0) block.schemas = schemas;
  if (fields.flag('entrypoint')) block.entrypoint = true;
  if (custom.size > 0) block.custom = plainObject(custom, []);
  return block;
}

/** The known keys of a block, each of its type. */
class Fields {
  readonly #text: string;
  readonly #map: Map<unknown, YamlData>;

  constructor(text: string) {
    this.#text = text;
    this.#map = this.#read();
  }

  #read(): Map<unknown, YamlData> {
    try {
      const data = readYaml(this.#text);
      if (data instanceof Map) return data;
      if (data === null) return new Map();
      throw new MetadataFault(
        `yaml: unmarshal errors:\n  line 1: cannot unmarshal ${shown(data)} into a map`,
        1,
      );
    } catch (error) {
      if (error instanceof YamlFault) {
        throw new MetadataFault(error.message, error.line, { cause: error });
      }
      throw error;
    }
  }

  text(key: string): string {
    const value = this.#map.get(key) ?? '';
    return scalarText(value) ?? this.#wrong(key, value, 'string');
  }

  flag(key: string): boolean {
    const value = this.#map.get(key) ?? false;
    if (typeof value === 'boolean') return value;
    const old = { yes: true, on: true, y: true, no: false, off: false, n: false } as const;
    const word = typeof value === 'string' ? value.toLowerCase() : '';
    return word in old ? old[word as keyof typeof old] : this.#wrong(key, value, 'bool');
  }

  list(key: string): YamlData[] {
    const value = this.#map.get(key) ?? [];
    return Array.isArray(value) ? value : this.#wrong(key, value, 'a list');
  }

  map(key: string): Map<unknown, YamlData> {
    const value = this.#map.get(key) ?? new Map<unknown, YamlData>();
    return value instanceof Map ? value : this.#wrong(key, value, 'a map');
  }

  #wrong(key: string, value: YamlData, type: string): never {
    const line = lineOfKey(this.#text, key);
    const message = `yaml: unmarshal errors:\n  line ${line}: cannot unmarshal ${shown(value)} into ${type}`;
    throw new MetadataFault(message, line);
  }
}

function shown(value: YamlData): string {
  if (Array.isArray(value)) return '!!seq';
  if (value instanceof Map) return '!!map';
  const tag = { string: '!!str', boolean: '!!bool', number: '!!int', bigint: '!!int' } as const;
  const type = typeof value as keyof typeof tag;
  return `${tag[type] ?? '!!null'} \`${String(value)}\``;
}

function scalarText(value: YamlData): string | undefined {
  if (value === null) return '';
  return typeof value === 'object' ? undefined : String(value);
}

function textAt(map: Map<unknown, YamlData>, key: string): string {
  const value = map.get(key);
  return typeof value === 'string' ? value.trim() : '';
}

function relatedResource(value: YamlData): { ref: string; description?: string } {
  const complain = (why: string): never => {
    throw new MetadataFault(`invalid related-resource definition ${inWords(value)}: ${why}`, 0);
  };
  if (typeof value === 'string') {
    return value === '' ? complain('ref URL may not be empty string') : { ref: value };
  }
  if (!(value instanceof Map)) return complain('invalid value type, must be string or map');
  const ref = textAt(value, 'ref');
  if (ref === '') return complain("'ref' value required in object");
  const description = textAt(value, 'description');
  return { ref, ...(description === '' ? {} : { description }) };
}

function author(value: YamlData): { name: string; email?: string } {
  const complain = (why: string): never => {
    throw new MetadataFault(`invalid author definition ${inWords(value)}: ${why}`, 0);
  };
  if (value instanceof Map) {
    const name = textAt(value, 'name');
    const email = textAt(value, 'email');
    if (name === '' && email === '') {
      return complain("'name' and/or 'email' values required in object");
    }
    return { name, ...(email === '' ? {} : { email }) };
  }
  if (typeof value !== 'string') return complain('invalid value type, must be string or map');
  const words = value.split(/\s+/).filter((word) => word !== '');
  const last = words.at(-1);
  if (last === undefined) return complain('author is an empty string');
  if (!last.startsWith('<') || !last.endsWith('>') || last.length < 2) {
    return { name: words.join(' ') };
  }
  return { name: words.slice(0, -1).join(' '), email: last.slice(1, -1) };
}

function schemaOf(value: YamlData, readTerm: ReadTerm): NonNullable<AnnotationBlock['schemas']>[number] {
  const [pair] = value instanceof Map ? value : [];
  const [key, schema] = pair ?? ['', null];
  const path = references(String(key), readTerm);
  if (!path) throw new MetadataFault('invalid document reference', 0);
  if (typeof schema === 'string') {
    const reference = references(schema, readTerm);
    if (reference?.[0] !== 'schema') throw new MetadataFault('invalid schema reference', 0);
    return { path, schema: reference };
  }
  if (schema instanceof Map) return { path, definition: plainObject(schema, []) };
  throw new MetadataFault(`invalid schema declaration for path ${JSON.stringify(key)}`, 0);
}

/** `a.b["c"]` as its names; a name alone only where it is a root. */
function references(text: string, readTerm: ReadTerm): string[] | undefined {
  const term = termOf(text, readTerm);
  if (term?.kind === 'var') return term.name === 'schema' ? ['schema'] : undefined;
  if (term?.kind !== 'ref' || term.head.kind !== 'var') return undefined;
  const names = [term.head.name];
  for (const part of term.path) {
    if (part.kind !== 'scalar' || typeof part.value !== 'string') return undefined;
    names.push(part.value);
  }
  return names;
}

function termOf(text: string, readTerm: ReadTerm): Term | undefined {
  try {
    return readTerm(text);
  } catch (error) {
    if (error instanceof RegoError) return undefined;
    throw error;
  }
}

function plainObject(map: Map<unknown, YamlData>, path: readonly string[]): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const [key, value] of map) {
    // Keys of the outermost map are made strings; deeper ones must be.
    if (typeof key !== 'string' && path.length > 0) {
      throw new MetadataFault(`invalid map key type(s): ${path.join('/')}`, 0);
    }
    entries.push([String(key), plainValue(value, [...path, String(key)])]);
  }
  return Object.fromEntries(entries);
}

function plainValue(value: YamlData, path: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item, index) => plainValue(item, [...path, String(index)]));
  return value instanceof Map ? plainObject(value, path) : value;
}

function inWords(value: YamlData): string {
  return typeof value === 'string' ? value : JSON.stringify(plainValue(value, []));
}
