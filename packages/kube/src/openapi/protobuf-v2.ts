import type { OpenApiV2 } from './document.ts';
import type { EmittedSchema } from './emit-schema.ts';

/**
 * OpenAPI v2 in the protobuf encoding of gnostic (`openapi.v2.Document`), the only one that kubectl before 1.27 asks for
 * and that later ones still do. Only what clients read is written: definitions, and the operations of paths.
 */

/** A protobuf message being written: https://protobuf.dev/programming-guides/encoding/ */
class Message {
  readonly #parts: Uint8Array[] = [];

  text(field: number, value: unknown): this {
    return typeof value === 'string' && value !== '' ? this.#bytes(field, Buffer.from(value)) : this;
  }

  texts(field: number, values: readonly string[] | undefined): this {
    for (const value of values ?? []) this.#bytes(field, Buffer.from(value));
    return this;
  }

  flag(field: number, value: unknown): this {
    if (value === true) this.#parts.push(varint(field << 3), varint(1));
    return this;
  }

  message(field: number, message: Message | undefined): this {
    return message ? this.#bytes(field, message.bytes()) : this;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #bytes(field: number, value: Uint8Array): this {
    this.#parts.push(varint((field << 3) | 2), varint(value.length), value);
    return this;
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}

function named(name: string, value: Message): Message {
  return new Message().text(1, name).message(2, value);
}

/** Extensions hold YAML text, of which JSON is a part. */
function extensions(into: Message, field: number, values: Record<string, unknown>): Message {
  for (const [name, value] of Object.entries(values)) {
    if (name.startsWith('x-')) into.message(field, named(name, new Message().text(2, JSON.stringify(value))));
  }
  return into;
}

function schemaMessage(schema: EmittedSchema): Message {
  const message = new Message()
    .text(1, schema.$ref)
    .text(2, schema.format)
    .text(4, schema.description)
    .texts(19, schema.required as string[] | undefined);
  if (schema.default !== undefined) message.message(5, new Message().text(2, JSON.stringify(schema.default)));
  if (schema.additionalProperties) {
    const below = schemaMessage(schema.additionalProperties as EmittedSchema);
    message.message(21, new Message().message(1, below));
  }
  if (schema.type) message.message(22, new Message().text(1, schema.type));
  if (schema.items)
    message.message(23, new Message().message(1, schemaMessage(schema.items as EmittedSchema)));
  if (schema.properties)
    message.message(25, namedSchemas(schema.properties as Record<string, EmittedSchema>));
  return extensions(message, 31, schema);
}

function namedSchemas(schemas: Record<string, EmittedSchema>): Message {
  const message = new Message();
  for (const [name, schema] of Object.entries(schemas))
    message.message(1, named(name, schemaMessage(schema)));
  return message;
}

interface EmittedParameter {
  name: string;
  in: string;
  type: string;
  required?: boolean;
}

function parameterMessage({ name, in: place, type, required }: EmittedParameter): Message {
  const [field, nameField, typeField] = place === 'query' ? [3, 4, 6] : [4, 4, 5];
  const own = new Message().flag(1, required).text(2, place).text(nameField, name).text(typeField, type);
  const nonBody = new Message().message(field, own);
  return new Message().message(1, new Message().message(2, nonBody));
}

function operationMessage(operation: Record<string, unknown>): Message {
  const { description, operationId, parameters, responses } = operation;
  const message = new Message().text(3, description).text(5, operationId);
  for (const one of parameters as EmittedParameter[]) message.message(8, parameterMessage(one));
  const codes = new Message();
  for (const [code, response] of Object.entries(responses as Record<string, Record<string, unknown>>)) {
    const schema = new Message().message(1, schemaMessage(response.schema as EmittedSchema));
    const own = new Message().text(1, response.description).message(2, schema);
    codes.message(1, named(code, new Message().message(1, own)));
  }
  return extensions(message.message(9, codes), 13, operation);
}

const methods: Record<string, number> = { get: 2, put: 3, post: 4, delete: 5, patch: 8 };

function pathMessage(path: Record<string, unknown>): Message {
  const message = new Message();
  for (const [method, field] of Object.entries(methods)) {
    const operation = path[method] as Record<string, unknown> | undefined;
    if (operation) message.message(field, operationMessage(operation));
  }
  for (const one of (path.parameters ?? []) as EmittedParameter[]) message.message(9, parameterMessage(one));
  return message;
}

/** The document as gnostic's protobuf. */
export function openApiV2Protobuf(document: OpenApiV2): Buffer {
  const paths = new Message();
  for (const [name, path] of Object.entries(document.paths)) paths.message(2, named(name, pathMessage(path)));
  return new Message()
    .text(1, document.swagger)
    .message(2, new Message().text(1, document.info.title).text(2, document.info.version))
    .message(8, paths)
    .message(9, namedSchemas(document.definitions))
    .bytes();
}
