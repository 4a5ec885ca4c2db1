import { hashOf } from '../values/hash.ts';
import { fromBigInt } from '../values/numbers.ts';
import { RegoObject } from '../values/rego-object.ts';
import type { Value } from '../values/value.ts';
import type { Builtin } from './builtin.ts';
import { decodeHex, encodeHex } from './encoding/hex.ts';
import { stringOperand } from './operands.ts';
import { any, objectOf, string } from './types.ts';

const categories = ['uuid'];
const domains = ['Person', 'Group', 'Org'];
/** Ticks of 100 ns between the start of the Gregorian calendar and 1970. */
const epoch = 0x01b21dd213814000n;

/** The 16 bytes of a UUID, plain, as a URN, in braces or without dashes. */
function parseUuid(text: string): Uint8Array | undefined {
  let digits = text;
  if (/^urn:uuid:/i.test(text) && text.length === 45) digits = text.slice(9);
  else if (text.length === 38) digits = text.slice(1, -1);
  if (digits.length === 36) {
    if (!/^.{8}-.{4}-.{4}-.{4}-.{12}$/.test(digits)) return undefined;
    digits = digits.replaceAll('-', '');
  }
  return /^[0-9A-Fa-f]{32}$/.test(digits) ? decodeHex(digits) : undefined;
}

/** What a UUID tells (RFC 4122 and DCE 1.1): its version and variant, and of versions 1 and 2 when and where it was made. */
function describe(bytes: Uint8Array): Value {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const version = view.getUint8(6) >> 4;
  const members: [Value, Value][] = [
    ['version', version],
    ['variant', variant(view.getUint8(8))],
  ];
  if (version === 1 || version === 2) {
    const high = BigInt(view.getUint16(6) & 0x0fff);
    const ticks = (high << 48n) | (BigInt(view.getUint16(4)) << 32n) | BigInt(view.getUint32(0));
    const node = bytes.subarray(10);
    members.push(
      ['time', fromBigInt(BigInt.asIntN(64, (ticks - epoch) * 100n))],
      ['nodeid', [...node].map((byte) => encodeHex(Uint8Array.of(byte))).join('-')],
      ['macvariables', scope(node[0] as number)],
      ['clocksequence', view.getUint16(8) & 0x3fff],
    );
  }
  if (version === 2) {
    const domain = view.getUint8(9);
    members.push(['id', view.getUint32(0)], ['domain', domains[domain] ?? `Domain${domain}`]);
  }
  return RegoObject.of(members);
}

function variant(byte: number): string {
  if ((byte & 0xc0) === 0x80) return 'RFC4122';
  if ((byte & 0xe0) === 0xc0) return 'Microsoft';
  return (byte & 0xe0) === 0xe0 ? 'Future' : 'Reserved';
}

function scope(byte: number): string {
  return `${byte & 2 ? 'local' : 'global'}:${byte & 1 ? 'multicast' : 'unicast'}`;
}

export const uuidBuiltins: readonly Builtin[] = [
  {
    name: 'uuid.rfc4122',
    args: [string],
    result: string,
    nondeterministic: true,
    categories,
    call: ([key], context) =>
      context.remembered(`uuid.rfc4122 ${typeof key === 'string' ? key : hashOf(key as Value)}`, () => {
        const bytes = context.randomBytes(16);
        bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
        bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
        return encodeHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
      }),
  },
  {
    name: 'uuid.parse',
    args: [string],
    result: objectOf(string, any),
    categories,
    call: ([text]) => {
      const bytes = parseUuid(stringOperand(text, 1));
      return bytes && describe(bytes);
    },
  },
];
