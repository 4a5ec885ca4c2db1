import { AttestationError } from '../error.ts';

/** What is read from strangers is bounded before it is parsed. */
export interface JsonBounds {
  /** @default 128 MiB, the default of cosign for one attestation */
  maxBytes?: number;
  /** @default 256 */
  maxDepth?: number;
}

export const maxEvidenceBytes = 128 * 1024 * 1024;

const quote = 0x22;
const backslash = 0x5c;

/**
 * Parses JSON that an attacker may have written. Throws `InvalidJson` for text that is not UTF-8 or not JSON, and
 * for documents over the bounds; the depth is checked before anything is built.
 */
export function parseBoundedJson(bytes: Uint8Array, bounds: JsonBounds = {}): unknown {
  const { maxBytes = maxEvidenceBytes, maxDepth = 256 } = bounds;
  if (bytes.length > maxBytes) {
    throw new AttestationError(
      'InvalidJson',
      `document of ${bytes.length} bytes is larger than ${maxBytes} bytes`,
    );
  }
  if (exceedsDepth(bytes, maxDepth)) {
    throw new AttestationError('InvalidJson', `document is nested deeper than ${maxDepth} levels`);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new AttestationError('InvalidJson', 'document is not JSON in UTF-8', { cause });
  }
}

function exceedsDepth(bytes: Uint8Array, maxDepth: number): boolean {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inText) {
      if (byte === backslash) i++;
      else if (byte === quote) inText = false;
    } else if (byte === quote) inText = true;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > maxDepth) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return false;
}

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for an object whose values are all texts. */
export function isTextMap(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((item) => typeof item === 'string');
}
