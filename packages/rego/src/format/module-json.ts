import { annotationObject } from '../annotations/annotation-object.ts';
import type {
  AnnotationBlock,
  Body,
  CallTerm,
  Comment,
  Expression,
  Import,
  Location,
  Module,
  Rule,
  RuleHead,
  Term,
} from '../syntax/ast.ts';
import { Decimal } from '../values/decimal.ts';
import type { RegoNumber } from '../values/value.ts';

/** Plain data for JSON, with Rego's numbers as they are. */
export type TreeJson = null | boolean | string | RegoNumber | TreeJson[] | { [key: string]: TreeJson };

type JsonObject = { [key: string]: TreeJson };

export interface TreeJsonOptions {
  /** Give every node its place. */
  locations?: boolean;
  /** List the comments; their text is base64, as OPA has it. */
  comments?: boolean;
}

/**
 * A module's syntax tree in the JSON form of `opa parse --format json` and `rego.parse_module`. A node's recursion is bounded by the
 * parser's nesting.
 */
export function moduleToJson(module: Module, options: TreeJsonOptions = {}): JsonObject {
  return new TreeWriter(options).module(module);
}

/** A body in the same form. */
export function bodyToJson(body: Body, options: TreeJsonOptions = {}): TreeJson[] {
  return new TreeWriter(options).body(body);
}

/** A block of annotations in JSON: schemas' paths are references. */
export function annotationToJson(block: AnnotationBlock): JsonObject {
  const object = annotationObject(block) as JsonObject;
  if (!block.schemas) return object;
  const schemas = block.schemas.map(
    ({ path, schema, definition }): JsonObject => ({
      path: pathJson(path),
      ...(schema ? { schema: pathJson(schema) } : {}),
      ...(definition === undefined ? {} : { definition: definition as TreeJson }),
    }),
  );
  return { ...object, schemas };
}

/** Names as a reference: the first is a variable. */
export function pathJson(path: readonly unknown[]): TreeJson[] {
  return path.map((part, index) =>
    index === 0 ? { type: 'var', value: String(part) } : { type: typeName(part), value: part as TreeJson },
  );
}

class TreeWriter {
  readonly #options: TreeJsonOptions;

  constructor(options: TreeJsonOptions) {
    this.#options = options;
  }

  module(module: Module): JsonObject {
    const { annotations } = module.package;
    const blocks = [...annotations, ...module.rules.flatMap((rule) => rule.annotations)];
    const path = pathJson(['data', ...module.package.path]);
    const json: JsonObject = { package: this.#placed({ path }, module.package.location) };
    if (module.imports.length > 0) json.imports = module.imports.map((item) => this.#import(item));
    if (blocks.length > 0) json.annotations = blocks.map(annotationToJson);
    if (module.rules.length > 0) json.rules = module.rules.map((rule) => this.#rule(rule));
    if (this.#options.comments && module.comments.length > 0) {
      json.comments = module.comments.map(commentJson);
    }
    return json;
  }

  body(body: Body): TreeJson[] {
    return body.map((expression, index) => this.#expression(expression, index));
  }

  term(term: Term): JsonObject {
    return this.#placed({ type: termType(term), value: this.#value(term) }, term.location);
  }

  #placed(json: JsonObject, location: Location): JsonObject {
    return this.#options.locations ? { ...json, location: locationJson(location) } : json;
  }

  #import({ path, alias, location }: Import): JsonObject {
    const reference: JsonObject = { type: 'ref', value: pathJson(path) };
    return this.#placed({ path: reference, ...(alias === undefined ? {} : { alias }) }, location);
  }

  #rule(rule: Rule): JsonObject {
    const json: JsonObject = {};
    if (rule.annotations.length > 0) json.annotations = rule.annotations.map(annotationToJson);
    json.body = rule.body.length > 0 ? this.body(rule.body) : [this.#always(rule.location)];
    if (rule.default) json.default = true;
    if (rule.else) json.else = this.#rule(rule.else);
    json.head = this.#head(rule.head);
    return this.#placed(json, rule.location);
  }

  #always(location: Location): JsonObject {
    return this.#placed({ index: 0, terms: this.#truth(location) }, location);
  }

  #truth(location: Location): JsonObject {
    return this.#placed({ type: 'boolean', value: true }, location);
  }

  #head({ reference, args, key, value, assign, location }: RuleHead): JsonObject {
    const { name, path } = reference;
    const json: JsonObject = path.length === 0 ? { name: name.name } : {};
    if (args) json.args = args.map((arg) => this.term(arg));
    if (key) json.key = this.term(key);
    if (value) json.value = this.term(value);
    else if (!key) json.value = this.#truth(location);
    if (assign) json.assign = true;
    json.ref = [this.term(name), ...path.map((part) => this.term(part))];
    return this.#placed(json, location);
  }

  #expression({ negated, what, with: modifiers, location }: Expression, index: number): JsonObject {
    const json: JsonObject = { index, ...(negated ? { negated } : {}), terms: this.#terms(what) };
    if (modifiers.length > 0) {
      json.with = modifiers.map((modifier) =>
        this.#placed(
          { target: this.term(modifier.target), value: this.term(modifier.value) },
          modifier.location,
        ),
      );
    }
    return this.#placed(json, location);
  }

  #terms(what: Expression['what']): TreeJson {
    switch (what.kind) {
      case 'call':
        return this.#call(what);
      case 'some':
        return this.#placed({ symbols: what.names.map((name) => this.term(name)) }, what.location);
      case 'some-in': {
        const { key, value, domain, location } = what;
        const operator = ['internal', key ? 'member_3' : 'member_2'];
        const args = key ? [key, value, domain] : [value, domain];
        const call: CallTerm = { kind: 'call', operator, operatorLocation: location, args, location };
        return this.#placed({ symbols: [this.term(call)] }, location);
      }
      case 'every':
        return this.#placed(
          {
            key: what.key ? this.term(what.key) : null,
            value: this.term(what.value),
            domain: this.term(what.domain),
            body: this.body(what.body),
          },
          what.location,
        );
      default:
        return this.term(what);
    }
  }

  #call({ operator, operatorLocation, args }: CallTerm): TreeJson[] {
    const name = this.#placed({ type: 'ref', value: pathJson(operator) }, operatorLocation);
    return [name, ...args.map((arg) => this.term(arg))];
  }

  #value(term: Term): TreeJson {
    switch (term.kind) {
      case 'scalar':
        return term.value === null ? {} : term.value;
      case 'var':
        return term.name;
      case 'ref':
        return [this.term(term.head), ...term.path.map((part) => this.term(part))];
      case 'array':
      case 'set':
        return term.items.map((item) => this.term(item));
      case 'object':
        return term.entries.map(([key, value]) => [this.term(key), this.term(value)]);
      case 'call':
        return this.#call(term);
      case 'array-comprehension':
      case 'set-comprehension':
        return { term: this.term(term.term), body: this.body(term.body) };
      case 'object-comprehension':
        return {
          key: this.term(term.key),
          value: this.term(term.value),
          body: this.body(term.body),
        };
      case 'template':
        return {
          parts: term.parts.map((part) => this.#part(part)),
          multi_line: term.raw,
        };
    }
  }

  #part(part: string | Expression): JsonObject {
    if (typeof part === 'string') return { type: 'string', value: part };
    const scalar = part.what.kind === 'scalar' && part.with.length === 0;
    return scalar ? this.term(part.what as Term) : this.#expression(part, 0);
  }
}

function termType(term: Term): string {
  switch (term.kind) {
    case 'scalar':
      return typeName(term.value);
    case 'template':
      return 'templatestring';
    default:
      return term.kind.replace('-', '');
  }
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (value instanceof Decimal) return 'number';
  const type = typeof value;
  return type === 'bigint' ? 'number' : type;
}

export function locationJson({ file, row, col }: Location): JsonObject {
  return { file, row, col };
}

function commentJson({ text, location }: Comment): JsonObject {
  const bytes = new TextEncoder().encode(text);
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return { Text: btoa(binary), Location: locationJson(location) };
}
