import { parseJson } from '../../values/json.ts';
import { RegoObject } from '../../values/rego-object.ts';
import type { Value } from '../../values/value.ts';
import { decodeBase64Url } from '../encoding/base64.ts';
import { bytesOf, textOf } from '../encoding/bytes.ts';
import { fault, stringOperand } from '../operands.ts';

/** The three parts of a token in compact form (RFC 7515, section 7.1), still encoded. Untrusted input. */
export interface Token {
  header: string;
  payload: string;
  signature: string;
}

/** What the header says that matters here. */
export interface TokenHeader {
  object: RegoObject;
  algorithm: string;
  keyId: string;
  contentType: string;
  /** Whether it names an algorithm and everything critical is understood (RFC 7515, sections 4.1.1 and 4.1.11). */
  valid: boolean;
}

export function splitToken(operand: Value | undefined): Token {
  const text = stringOperand(operand, 1);
  if (!text.includes('.')) throw fault('encoded JWT had no period separators');
  const [header = '', payload = '', signature = '', ...more] = text.split('.');
  const count = text.split('.').length;
  if (count !== 3 || more.length > 0) throw fault(`encoded JWT must have 3 sections, found ${count}`);
  return { header, payload, signature };
}

export function signedBytes(token: Token): Uint8Array {
  return bytesOf(`${token.header}.${token.payload}`);
}

export function decodeHeader(token: Token): RegoObject {
  const text = decodedPart(token.header, 'JWT header had invalid encoding: ');
  let header: RegoObject;
  try {
    header = jsonObject(text);
  } catch (error) {
    throw fault(`bad JWT header: ${(error as Error).message}`, error);
  }
  if (header.has('enc')) throw fault('JWT is a JWE object, which is not supported');
  return header;
}

export function decodePayload(token: Token): string {
  return decodedPart(token.payload, 'JWT payload had invalid encoding: ');
}

export function jsonObject(text: string): RegoObject {
  let value: Value;
  try {
    value = parseJson(text);
  } catch (error) {
    throw fault(`invalid JSON: ${(error as Error).message}`, error);
  }
  if (!(value instanceof RegoObject)) throw fault('decoded JSON type was not an Object');
  return value;
}

export function readHeader(object: RegoObject): TokenHeader {
  const text = (name: string) => {
    const value = object.get(name) ?? '';
    if (typeof value !== 'string') throw fault(`${name}: must be a string`);
    return value;
  };
  const algorithm = text('alg');
  const critical = object.get('crit');
  if (critical !== undefined && !Array.isArray(critical)) throw fault('crit: must be a list');
  if (critical !== undefined && !critical.some((name) => typeof name === 'string')) {
    throw fault('crit: must be a nonempty list');
  }
  const contentType = text('cty');
  const keyId = text('kid');
  text('typ');
  const known = ['alg', 'kid', 'typ', 'cty', 'crit'];
  const understood = !critical?.some(
    (name) => typeof name === 'string' && object.has(name) && !known.includes(name),
  );
  return { object, algorithm, keyId, contentType, valid: algorithm !== '' && understood };
}

function decodedPart(part: string, context: string): string {
  try {
    return textOf(decodeBase64Url(part));
  } catch (error) {
    throw fault(context + (error as Error).message, error);
  }
}
