import { parseDocument } from 'yaml';
import { PolicyError } from '../error.ts';
import type { SourceFiles } from './source-files.ts';

type JsonObject = Record<string, unknown>;

/**
 * The data of a source: every JSON and YAML file merged into one document. Directories' names do not become keys.
 * @throws PolicyError InvalidSource for a file that cannot be read, is no object, or contradicts another
 */
export function dataDocument(sources: readonly SourceFiles[]): JsonObject {
  const merged: JsonObject = {};
  for (const { pinned, files } of sources) {
    for (const [path, bytes] of files) {
      if (!/\.(json|ya?ml)$/.test(path)) continue;
      merge(merged, parseData(bytes, `${pinned}: ${path}`), [], `${pinned}: ${path}`);
    }
  }
  return merged;
}

function parseData(bytes: Uint8Array, place: string): JsonObject {
  const text = new TextDecoder().decode(bytes);
  let value: unknown;
  try {
    value = place.endsWith('.json') ? JSON.parse(text) : parseYaml(text);
  } catch (cause) {
    throw new PolicyError('InvalidSource', `${place}: ${(cause as Error).message}`, { cause });
  }
  if (value === null || value === undefined) return {};
  if (isObject(value)) return value;
  throw new PolicyError(
    'InvalidSource',
    `${place}: data is an object, with the names that policies know it by`,
  );
}

function parseYaml(text: string): unknown {
  const document = parseDocument(text, { logLevel: 'silent' });
  const [error] = document.errors;
  if (error) throw error;
  return document.toJS({ maxAliasCount: 100 });
}

function merge(into: JsonObject, from: JsonObject, path: string[], place: string): void {
  for (const [key, value] of Object.entries(from)) {
    const present = Object.hasOwn(into, key) ? into[key] : undefined;
    if (present === undefined) define(into, key, value);
    else if (isObject(present) && isObject(value)) merge(present, value, [...path, key], place);
    else
      throw new PolicyError(
        'InvalidSource',
        `${place}: merge error: ${[...path, key].join('.')} is given twice`,
      );
  }
}

/** `__proto__` is a key like any other. */
function define(object: JsonObject, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
