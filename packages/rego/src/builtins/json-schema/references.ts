import { RegoObject } from '../../values/rego-object.ts';
import type { Value } from '../../values/value.ts';
import { fault } from '../operands.ts';
import { maxDepth } from './document.ts';
import { SchemaError } from './messages.ts';
import { metaSchema, metaSchemaAddress } from './meta-schemas.ts';

/** The drafts the validator tells apart. A schema of any other is read with everything that any of them has. */
export type Draft = 4 | 6 | 7 | 'any';

/** A part of a schema document and the address that references inside it are relative to. */
export interface SchemaPart {
  readonly value: Value;
  readonly base: string;
  /** What its own `$schema` says, if it has one. */
  readonly draft: Draft | undefined;
}

/**
 * The addresses in a schema document: its own, and those that `$id` gives to parts of it. Nothing is ever fetched. The document may
 * be hostile.
 */
export class SchemaPool {
  readonly #parts = new Map<string, SchemaPart>();

  constructor(document: Value) {
    const draft = draftOf(document);
    this.#parts.set('', { value: document, base: baseAt(document, ''), draft });
    this.#collect(document, '', draft, 0);
  }

  /** The part a reference leads to. Throws {@link SchemaError} when there is none. */
  find(reference: string): SchemaPart {
    const known = this.#parts.get(reference);
    if (known) return known;
    const hash = reference.indexOf('#');
    const address = hash === -1 ? reference : reference.slice(0, hash);
    const document = this.#parts.get(address) ?? this.#metaSchema(address);
    if (!document) {
      if (/^[a-z][a-z0-9+.-]*:\/\//i.test(reference)) {
        throw new SchemaError(`remote reference loading disabled: ${reference}`);
      }
      throw new SchemaError(`Reference ${reference} must be canonical`);
    }
    return this.#pointed(document, hash === -1 ? '' : reference.slice(hash + 1));
  }

  #metaSchema(address: string): SchemaPart | undefined {
    const match = metaSchemaAddress.exec(address);
    if (!match) return undefined;
    const draft = Number(match[1]) as 4 | 6 | 7;
    const part = { value: metaSchema(draft), base: address, draft };
    this.#parts.set(address, part);
    return part;
  }

  #pointed(document: SchemaPart, fragment: string): SchemaPart {
    const pointer = decoded(fragment);
    // A fragment that is no pointer and no known name means the whole document.
    if (!pointer.startsWith('/')) return document;
    let value = document.value;
    let base = document.base;
    for (const token of pointer.slice(1).split('/')) {
      if (value instanceof RegoObject) {
        const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
        const next = value.get(key);
        if (next === undefined) throw new SchemaError(`Object has no key '${key}'`);
        value = next;
      } else if (Array.isArray(value)) {
        if (!/^[+-]?[0-9]+$/.test(token)) throw new SchemaError(`Invalid array index '${token}'`);
        const index = Number(token);
        if (index < 0 || index >= value.length) {
          throw new SchemaError(`Out of bound array[0,${value.length}] index '${token}'`);
        }
        value = value[index]!;
      } else throw new SchemaError(`Invalid token reference '${token}'`);
      base = baseAt(value, base);
    }
    return { value, base, draft: document.draft };
  }

  #collect(value: Value, base: string, draft: Draft | undefined, depth: number): void {
    if (depth > maxDepth) throw fault('schema is nested too deeply');
    if (Array.isArray(value)) {
      for (const item of value) this.#collect(item, base, draft, depth + 1);
      return;
    }
    if (!(value instanceof RegoObject)) return;
    const own = baseAt(value, base);
    if (own !== base || (depth === 0 && own !== '')) {
      if (this.#parts.has(own)) return;
      this.#parts.set(own, { value, base: own, draft });
    }
    for (const [key, part] of value.entries()) {
      if (key === 'const' || key === 'enum') continue;
      // Members of these are named by the document, not by the schema language.
      if (key === 'properties' || key === 'dependencies' || key === 'patternProperties') {
        if (part instanceof RegoObject) {
          for (const [, schema] of part.entries()) this.#collect(schema, own, draft, depth + 2);
        }
      } else this.#collect(part, own, draft, depth + 1);
    }
  }
}

/** The address a schema has by its `$id` (or `id`), or that of what it stands in. */
export function baseAt(value: Value, base: string): string {
  if (!(value instanceof RegoObject)) return base;
  const id = value.has('id') ? value.get('id') : value.get('$id');
  return typeof id === 'string' ? resolve(base, id) : base;
}

const standIn = 'relative://document/';

/** A reference as seen from an address (RFC 3986, section 5); either may be relative. */
export function resolve(base: string, reference: string): string {
  const hash = base.indexOf('#');
  const from = hash === -1 ? base : base.slice(0, hash);
  let resolved: string;
  if (reference === '' || reference.startsWith('#')) resolved = from + reference;
  else if (!URL.canParse(reference, from === '' ? standIn : new URL(from, standIn).href))
    resolved = reference;
  else {
    const { href } = new URL(reference, new URL(from, standIn).href);
    resolved = href.startsWith(standIn) ? href.slice(standIn.length) : href;
  }
  return resolved.endsWith('#') ? resolved.slice(0, -1) : resolved;
}

function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

/** Which draft the document says it follows. Throws {@link SchemaError} when it cannot be a schema at all. */
export function draftOf(document: Value): Draft | undefined {
  if (typeof document === 'boolean') return undefined;
  if (!(document instanceof RegoObject)) throw new SchemaError('schema is invalid');
  const schema = document.get('$schema');
  if (schema === undefined) return undefined;
  if (typeof schema !== 'string') throw new SchemaError('$schema must be of type string');
  const match = /^http:\/\/json-schema\.org\/draft-0([467])\/schema#?$/.exec(schema);
  return match ? (Number(match[1]) as Draft) : undefined;
}
