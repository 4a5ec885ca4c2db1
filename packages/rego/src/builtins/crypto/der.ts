import { fault } from '../operands.ts';

/** The tags of ASN.1 that certificates and keys use, as their DER bytes. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  numericString: 0x12,
  printableString: 0x13,
  t61String: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  generalString: 0x1b,
  bmpString: 0x1e,
} as const;

/** One value: its tag byte, its content, and all its bytes. */
export interface Element {
  tag: number;
  content: Uint8Array;
  raw: Uint8Array;
}

/** Context-specific tag `[n]`; constructed unless it is a primitive that was tagged implicitly. */
export function contextTag(number: number, constructed = true): number {
  return (constructed ? 0xa0 : 0x80) | number;
}

/**
 * Reads DER (X.690, section 10) from untrusted bytes: definite lengths in their shortest form, one byte of tag. Every failure is the
 * fault that `malformed` says.
 */
export class DerReader {
  readonly #bytes: Uint8Array;
  readonly #malformed: string;
  #at = 0;

  constructor(bytes: Uint8Array, malformed: string) {
    this.#bytes = bytes;
    this.#malformed = malformed;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  get rest(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  /** The tag of what comes next; undefined at the end. */
  get tag(): number | undefined {
    return this.#bytes[this.#at];
  }

  fail(detail?: string): never {
    throw fault(detail === undefined ? this.#malformed : detail);
  }

  /** The next value, which must have this tag if one is given. */
  element(tag?: number): Element {
    const start = this.#at;
    const actual = this.#bytes[start];
    if (actual === undefined || (tag !== undefined && actual !== tag) || (actual & 0x1f) === 0x1f)
      this.fail();
    let length = this.#bytes[start + 1];
    if (length === undefined) this.fail();
    let from = start + 2;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 4 || from + count > this.#bytes.length) this.fail();
      length = 0;
      for (let i = 0; i < count; i += 1) length = length * 256 + (this.#bytes[from + i] as number);
      if (length < 0x80 || this.#bytes[from] === 0) this.fail();
      from += count;
    }
    const end = from + length;
    if (end > this.#bytes.length) this.fail();
    this.#at = end;
    return {
      tag: actual,
      content: this.#bytes.subarray(from, end),
      raw: this.#bytes.subarray(start, end),
    };
  }

  /** The next value if it has this tag. */
  optional(tag: number): Element | undefined {
    return this.tag === tag ? this.element(tag) : undefined;
  }

  /** A reader within bytes of this one, failing alike. */
  inside(content: Uint8Array): DerReader {
    return new DerReader(content, this.#malformed);
  }

  sequence(tag: number = tags.sequence): DerReader {
    return this.inside(this.element(tag).content);
  }

  integer(): bigint {
    return this.integerOf(this.element(tags.integer).content);
  }

  integerOf(content: Uint8Array): bigint {
    const [first, second] = content;
    if (first === undefined) this.fail();
    const padded =
      second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
    if (padded) this.fail();
    const value = unsigned(content);
    return first >= 0x80 ? value - (1n << BigInt(8 * content.length)) : value;
  }

  smallInteger(): number {
    const value = Number(this.integer());
    if (!Number.isSafeInteger(value)) this.fail();
    return value;
  }

  boolean(): boolean {
    const { content } = this.element(tags.boolean);
    if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) this.fail();
    return content[0] === 0xff;
  }

  /** The arcs of an object identifier. */
  oid(): number[] {
    return this.oidOf(this.element(tags.oid).content);
  }

  oidOf(content: Uint8Array): number[] {
    const arcs: number[] = [];
    let value = 0;
    let begun = false;
    for (const byte of content) {
      if (!begun && byte === 0x80) this.fail();
      value = value * 128 + (byte & 0x7f);
      if (value > 0x7fffffff) this.fail();
      begun = byte >= 0x80;
      if (begun) continue;
      if (arcs.length > 0) arcs.push(value);
      else if (value < 80) arcs.push(Math.floor(value / 40), value % 40);
      else arcs.push(2, value - 80);
      value = 0;
    }
    if (begun || arcs.length === 0) this.fail();
    return arcs;
  }

  /** The bytes of a bit string and how many of their last bits do not count. */
  bits(): { bytes: Uint8Array; unused: number } {
    return this.bitsOf(this.element(tags.bitString).content);
  }

  bitsOf(content: Uint8Array): { bytes: Uint8Array; unused: number } {
    const unused = content[0];
    const bytes = content.subarray(1);
    if (unused === undefined || unused > 7 || (bytes.length === 0 && unused > 0)) this.fail();
    if (unused > 0 && ((bytes.at(-1) as number) & ((1 << unused) - 1)) !== 0) this.fail();
    return { bytes, unused };
  }

  octets(): Uint8Array {
    return this.element(tags.octetString).content;
  }
}

/** Big-endian bytes as a number. */
export function unsigned(bytes: Uint8Array): bigint {
  let hex = '0x0';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return BigInt(hex);
}

/** A number as big-endian bytes, filled up to a length where one is given. */
export function unsignedBytes(value: bigint, length?: number): Uint8Array {
  const digits = value.toString(16);
  const size = length ?? Math.ceil(digits.length / 2);
  const padded = digits.padStart(size * 2, '0');
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i += 1) bytes[i] = Number.parseInt(padded.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Writes one value. */
export function derElement(tag: number, ...contents: Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, content) => sum + content.length, 0);
  const size = length < 0x80 ? Uint8Array.of(length) : unsignedBytes(BigInt(length));
  const head = length < 0x80 ? [tag] : [tag, 0x80 | size.length];
  return Uint8Array.from([head, size, ...contents].flatMap((part) => [...part]));
}

export function derInteger(value: bigint): Uint8Array {
  const bytes = unsignedBytes(value);
  return derElement(tags.integer, (bytes[0] as number) >= 0x80 ? Uint8Array.of(0) : new Uint8Array(), bytes);
}
