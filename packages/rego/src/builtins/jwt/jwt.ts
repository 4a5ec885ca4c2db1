import { stringifyJson } from '../../values/json.ts';
import { RegoObject } from '../../values/rego-object.ts';
import type { Value } from '../../values/value.ts';
import type { Builtin, BuiltinContext, RegoType } from '../builtin.ts';
import { authenticate, type HashName, sameBytes } from '../crypto/digest.ts';
import { decodeBase64Url } from '../encoding/base64.ts';
import { bytesOf } from '../encoding/bytes.ts';
import { encodeHex } from '../encoding/hex.ts';
import { fault, objectOperand, stringOperand } from '../operands.ts';
import { any, boolean, objectOf, string, tuple } from '../types.ts';
import { type Algorithm, algorithms, verifyToken } from './algorithms.ts';
import { candidates, claimsHold, isVerified, readConstraints } from './constraints.ts';
import { verificationKeys } from './keys.ts';
import { signCompact } from './sign.ts';
import { decodeHeader, decodePayload, jsonObject, readHeader, signedBytes, splitToken } from './token.ts';

const categories = ['tokens'];
const signingCategories = ['tokensign'];
const object: RegoType = objectOf(any, any);
const stringKeyed: RegoType = objectOf(string, any);
/** Tokens within tokens beyond this are taken for an attack. */
const maxNesting = 32;

function decode(operand: Value | undefined, depth = 0): Value {
  const token = splitToken(operand);
  const header = decodeHeader(token);
  const payload = decodePayload(token);
  if (header.get('cty') === 'JWT') {
    if (depth === maxNesting) throw fault('JWT is nested too deeply');
    return decode(payload.replace(/^["']+|["']+$/g, ''), depth + 1);
  }
  const claims = jsonObject(payload);
  let signature: Uint8Array;
  try {
    signature = decodeBase64Url(token.signature);
  } catch (error) {
    throw fault(`JWT signature had invalid encoding: ${(error as Error).message}`, error);
  }
  return [header, claims, encodeHex(signature)];
}

function verifyWithKeys(algorithm: Algorithm, operands: readonly Value[]): boolean {
  const token = splitToken(operands[0]);
  const keys = verificationKeys(stringOperand(operands[1], 2));
  const signature = decodeBase64Url(token.signature);
  const header = readHeader(decodeHeader(token));
  const signed = signedBytes(token);
  return candidates(keys, header).some(
    ({ key }) => key !== undefined && verifyToken(algorithm, key, signed, signature, false),
  );
}

function verifyWithSecret(hash: HashName, operands: readonly Value[]): boolean {
  stringOperand(operands[0], 1);
  const secret = bytesOf(stringOperand(operands[1], 2));
  const token = splitToken(operands[0]);
  return sameBytes(decodeBase64Url(token.signature), authenticate(hash, secret, signedBytes(token)));
}

function decodeVerify(operands: readonly Value[], context: BuiltinContext): Value {
  const unverified: Value = [false, RegoObject.of([]), RegoObject.of([])];
  const constraints = readConstraints(objectOperand(operands[1], 2), context.now());
  let operand = operands[0];
  for (let depth = 0; depth <= maxNesting; depth += 1) {
    const token = splitToken(operand);
    const header = readHeader(decodeHeader(token));
    if (!header.valid) return unverified;
    if (constraints.algorithm !== '' && constraints.algorithm !== header.algorithm) return unverified;
    if (!isVerified(constraints, header, token, decodeBase64Url(token.signature))) return unverified;
    const payload = decodePayload(token);
    if (header.contentType.toUpperCase() === 'JWT') {
      operand = payload;
      continue;
    }
    const claims = jsonObject(payload);
    return claimsHold(constraints, claims) ? [true, header.object, claims] : unverified;
  }
  throw fault('JWT is nested too deeply');
}

function verifier(algorithm: Algorithm): Builtin {
  return {
    name: `io.jwt.verify_${algorithm.name.toLowerCase()}`,
    args: [string, string],
    result: boolean,
    categories,
    call: (operands) =>
      algorithm.family === 'HS'
        ? verifyWithSecret(algorithm.hash, operands)
        : verifyWithKeys(algorithm, operands),
  };
}

/** OPA's `io.jwt.*`: JSON web tokens (RFC 7515 to 7519). Tokens and keys are untrusted input. */
export const jwtBuiltins: readonly Builtin[] = [
  {
    name: 'io.jwt.decode',
    args: [string],
    result: tuple(object, object, string),
    categories,
    call: ([token]) => decode(token),
  },
  ...[...algorithms.values()].map(verifier),
  {
    name: 'io.jwt.decode_verify',
    args: [string, stringKeyed],
    result: tuple(boolean, object, object),
    nondeterministic: true,
    categories,
    call: decodeVerify,
  },
  {
    name: 'io.jwt.encode_sign_raw',
    args: [string, string, string],
    result: string,
    nondeterministic: true,
    categories: signingCategories,
    call: ([headers, payload, key], context) => {
      const jwk = stringOperand(key, 3);
      return signCompact(stringOperand(headers, 1), stringOperand(payload, 2), jwk, context);
    },
  },
  {
    name: 'io.jwt.encode_sign',
    args: [stringKeyed, stringKeyed, stringKeyed],
    result: string,
    nondeterministic: true,
    categories: signingCategories,
    call: (operands, context) => {
      const [headers, payload, key] = operands.map((value) => stringifyJson(value, { escapeHtml: true }));
      return signCompact(headers as string, payload as string, key as string, context);
    },
  },
];
