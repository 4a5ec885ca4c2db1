import { definitionName, isRecord, type JsonSchema } from '../schema/json-schema.ts';

/** A schema as a document has it: `$ref` and all. */
export type EmittedSchema = Record<string, unknown>;

export type OpenApiVersion = 'v2' | 'v3';

const refPrefix = { v2: '#/definitions/', v3: '#/components/schemas/' };

/** OpenAPI v2 as old clients read it knows of nothing else. */
const v2Keywords = new Set(['type', 'format', 'description', 'required', 'default']);
const nested = new Set(['properties', 'additionalProperties', 'items', 'allOf', 'anyOf', 'oneOf', 'not']);

/** Turns schemas into those of one document, collecting under their names those that have one. */
export class SchemaEmitter {
  readonly definitions = new Map<string, EmittedSchema>();
  readonly #version: OpenApiVersion;

  constructor(version: OpenApiVersion) {
    this.#version = version;
  }

  reference(name: string): EmittedSchema {
    return { $ref: refPrefix[this.#version] + name };
  }

  /** The schema, or a reference to its definition. */
  emit(schema: JsonSchema): EmittedSchema {
    const name = definitionName(schema);
    if (name === undefined) return this.emitInline(schema);
    if (!this.definitions.has(name)) {
      // Its place is taken first, for schemas that contain themselves.
      this.definitions.set(name, {});
      this.definitions.set(name, this.emitInline(schema));
    }
    return this.reference(name);
  }

  /** The schema itself, whatever its name. */
  emitInline(schema: JsonSchema): EmittedSchema {
    const v2 = this.#version === 'v2';
    const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true;
    const emitted: EmittedSchema = {};
    for (const [keyword, value] of Object.entries(schema)) {
      if (
        keyword.startsWith('x-kubernetes-')
          ? keyword === 'x-kubernetes-validations' && v2
          : nested.has(keyword)
      ) {
        continue;
      }
      if (v2 && !keyword.startsWith('x-') && !v2Keywords.has(keyword)) continue;
      emitted[keyword] = value;
    }
    if (schema['x-kubernetes-int-or-string']) {
      if (v2) Object.assign(emitted, { type: 'string', format: 'int-or-string' });
      else emitted.oneOf = [{ type: 'integer' }, { type: 'string' }];
      return emitted;
    }
    // Old clients refuse fields that an open object does not list.
    if (v2 && preserves) {
      delete emitted.required;
      return emitted;
    }
    if (schema.properties) {
      emitted.properties = Object.fromEntries(
        Object.entries(schema.properties).map(([field, below]) => [field, this.#below(below)]),
      );
    }
    if (isRecord(schema.additionalProperties)) {
      emitted.additionalProperties = this.#below(schema.additionalProperties as JsonSchema);
    } else if (schema.additionalProperties !== undefined && !v2) {
      emitted.additionalProperties = schema.additionalProperties;
    }
    if (schema.items) emitted.items = this.#below(schema.items);
    if (!v2) {
      for (const keyword of ['allOf', 'anyOf', 'oneOf'] as const) {
        if (schema[keyword]) emitted[keyword] = schema[keyword].map((one) => this.emitInline(one));
      }
      if (schema.not) emitted.not = this.emitInline(schema.not);
    }
    return emitted;
  }

  #below(schema: JsonSchema): EmittedSchema {
    const emitted = this.emit(schema);
    return this.#version === 'v3' && '$ref' in emitted ? { allOf: [emitted] } : emitted;
  }
}
