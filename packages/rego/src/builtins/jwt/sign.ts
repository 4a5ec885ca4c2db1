import { typeName } from '../../values/compare.ts';
import { JsonError, parseJson } from '../../values/json.ts';
import { RegoObject } from '../../values/rego-object.ts';
import type { Value } from '../../values/value.ts';
import type { BuiltinContext } from '../builtin.ts';
import { encodeBase64 } from '../encoding/base64.ts';
import { bytesOf } from '../encoding/bytes.ts';
import { fault } from '../operands.ts';
import { algorithms, signToken } from './algorithms.ts';
import { type JsonWebKey, JwkError, parseJwks } from './jwk.ts';

/** A token in compact form, signed by the first key of a JWK or JWK set; headers and payload stay byte for byte. */
export function signCompact(headers: string, payload: string, jwks: string, context: BuiltinContext): string {
  const key = firstKey(jwks);
  const header = headerReader(headers);
  const name = header('alg');
  if (typeof name !== 'string') throw fault(`missing or invalid 'alg' header: ${name.problem}`);
  const algorithm = algorithms.get(name);
  if (!algorithm) throw fault(`unknown JWS algorithm: ${name}`);
  const type = header('typ');
  if ((typeof type !== 'string' || type === 'JWT') && !isJson(payload)) {
    throw fault('type is JWT but payload is not JSON');
  }
  const encoded = [headers, payload].map((part) => encodeBase64(bytesOf(part), 'urlSafe', false)).join('.');
  const signer = key.private ?? key.secret;
  const signature =
    signer && signToken(algorithm, signer, bytesOf(encoded), (length) => context.randomBytes(length));
  if (!signature) throw fault(`failed to sign: invalid key type for algorithm ${name}`);
  return `${encoded}.${encodeBase64(signature, 'urlSafe', false)}`;
}

function firstKey(jwks: string): JsonWebKey {
  let keys: JsonWebKey[];
  try {
    keys = parseJwks(jwks);
  } catch (error) {
    if (!(error instanceof JwkError)) throw error;
    throw fault(error.message, error);
  }
  if (keys[0] === undefined) throw fault('no keys found in JWK set');
  return keys[0];
}

function headerReader(headers: string): (name: string) => string | { problem: string } {
  if (headers.trim() === '') return () => ({ problem: 'cannot parse JSON: cannot parse empty string' });
  let value: Value;
  try {
    value = parseJson(headers);
  } catch (error) {
    return () => ({ problem: `cannot parse JSON: ${(error as Error).message}` });
  }
  return (name) => {
    const member = value instanceof RegoObject ? value.get(name) : undefined;
    if (member === undefined) return { problem: `jwsbb: header "${name}" not found` };
    if (typeof member === 'string') return member;
    return { problem: `value doesn't contain string; it contains ${typeName(member)}` };
  };
}

function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch (error) {
    if (error instanceof JsonError) return false;
    throw error;
  }
}
