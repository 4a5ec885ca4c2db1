import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { KubeError } from '../../error.ts';
import { isProtobufKind, messageFields, type ProtobufField } from './messages.ts';

/** The media type of Kubernetes' own protobuf. */
export const protobufType = 'application/vnd.kubernetes.protobuf';

/** What every protobuf body of Kubernetes begins with. */
const magic = Buffer.from('k8s\0');

function unsupported(what: string): KubeError {
  return new KubeError(
    'UnsupportedMediaType',
    `${what} is not read as ${protobufType} here; send application/json`,
  );
}

/** `metav1.Time` in whole seconds, `metav1.MicroTime` with six digits more. */
function time(bytes: Uint8Array, micro: boolean): string | undefined {
  const reader = new BinaryReader(bytes);
  let [seconds, nanos] = [0, 0];
  while (reader.pos < reader.len) {
    const [number] = reader.tag();
    const value = Number(reader.int64());
    if (number === 1) seconds = value;
    else nanos = value;
  }
  if (seconds === 0 && nanos === 0) return undefined;
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return micro ? `${whole}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z` : `${whole}Z`;
}

function read(reader: BinaryReader, type: string): unknown {
  switch (type) {
    case 'string':
      return reader.string();
    case 'bytes':
      return Buffer.from(reader.bytes()).toString('base64');
    case 'raw':
      return reader.bytes();
    case 'int':
      return Number(reader.int64());
    case 'bool':
      return reader.bool();
    case 'Time':
    case 'MicroTime':
      return time(reader.bytes(), type === 'MicroTime');
    case 'Quantity':
      return readMessage(type, reader.bytes()).string ?? '0';
    case 'ExtraValue':
      return readMessage(type, reader.bytes()).items ?? [];
    default:
      return readMessage(type, reader.bytes());
  }
}

/** The zero values of Go, which JSON leaves out. */
function isZero(value: unknown): boolean {
  if (value === undefined || value === '' || value === 0 || value === false) return true;
  return (
    typeof value === 'object' &&
    value !== null &&
    !(value instanceof Uint8Array) &&
    Object.keys(value).length === 0
  );
}

function readMessage(type: string, bytes: Uint8Array): Record<string, unknown> {
  const fields = messageFields(type);
  const reader = new BinaryReader(bytes);
  const found = new Map<string, unknown>();
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = fields.get(number);
    if (!field) {
      // An empty message is what an absent struct looks like.
      if (wireType === WireType.LengthDelimited && reader.bytes().length === 0) continue;
      throw unsupported(`field ${number} of ${type}`);
    }
    if (field.type === 'ignored') reader.skip(wireType);
    else if (wireType === expectedWireType(field)) add(found, field, reader);
    else throw new RangeError(`${type}.${field.name} has wire type ${wireType}`);
  }
  return Object.fromEntries(found);
}

function expectedWireType({ type, shape }: ProtobufField): WireType {
  const varint = shape === 'one' && (type === 'int' || type === 'bool');
  return varint ? WireType.Varint : WireType.LengthDelimited;
}

function add(found: Map<string, unknown>, field: ProtobufField, reader: BinaryReader): void {
  const { name, type, shape, pointer } = field;
  if (shape === 'list') {
    const list = (found.get(name) ?? []) as unknown[];
    list.push(read(reader, type));
    found.set(name, list);
  } else if (shape === 'map') {
    const [key, value] = readEntry(reader.bytes(), type);
    const entries = Object.entries((found.get(name) ?? {}) as Record<string, unknown>);
    found.set(name, Object.fromEntries([...entries, [key, value]]));
  } else {
    const value = read(reader, type);
    if (value !== undefined && (pointer || !isZero(value))) found.set(name, value);
  }
}

function readEntry(bytes: Uint8Array, type: string): [key: string, value: unknown] {
  const reader = new BinaryReader(bytes);
  let key = '';
  let value: unknown = '';
  while (reader.pos < reader.len) {
    const [number] = reader.tag();
    if (number === 1) key = reader.string();
    else value = read(reader, type);
  }
  return [key, value];
}

/**
 * Reads a request body in Kubernetes' protobuf, as clients in Go send built-in kinds and nothing else: what JSON would have
 * been. The bytes are the requester's.
 * @throws KubeError BadRequest when they are malformed, UnsupportedMediaType when a kind, or a field of one, is not known:
 * nothing is dropped silently
 */
export function readProtobuf(body: Uint8Array): Record<string, unknown> {
  if (!magic.equals(body.subarray(0, magic.length))) {
    throw new KubeError(
      'BadRequest',
      "the body is not Kubernetes' protobuf: it does not begin with its mark",
    );
  }
  try {
    const { typeMeta, raw } = readMessage('Envelope', body.subarray(magic.length));
    const { apiVersion = '', kind = '' } = (typeMeta ?? {}) as { apiVersion?: string; kind?: string };
    if (!isProtobufKind(apiVersion, kind)) throw unsupported(`${apiVersion} ${kind}`);
    return { apiVersion, kind, ...readMessage(kind, (raw as Uint8Array | undefined) ?? new Uint8Array()) };
  } catch (error) {
    if (error instanceof KubeError) throw error;
    throw new KubeError('BadRequest', `the body is malformed protobuf: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
