import { KubeError } from '../error.ts';

/** No object of Kubernetes comes near: deep schemas of CustomResourceDefinitions reach about 100. */
const maxDepth = 500;

/** Throws `BadRequest` when brackets nest deeper than anything sensible; everything after may then recurse. */
function checkDepth(text: string): void {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: // "
        i = endOfString(text, i);
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > maxDepth) throw tooDeep();
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
    }
  }
}

/** The closing quote; a backslash takes the next character along. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    at = text.indexOf('"', at);
    if (at < 0) return text.length;
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return at;
  }
}

function tooDeep(): KubeError {
  return new KubeError('BadRequest', `the body nests deeper than ${maxDepth} levels`);
}

/** Parses a requester's JSON. Throws `BadRequest` when it is none, or nests without measure. */
export function parseJson(text: string): unknown {
  checkDepth(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new KubeError('BadRequest', `the body is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** Aliases may make of a document at most so many times what it is. */
const maxAliasCount = 100;

/**
 * Parses a requester's YAML, of which JSON is a part; one document. The library is loaded with the first one that is not JSON.
 * @throws KubeError BadRequest when it is none, repeats a key, nests without measure, or grows by aliases
 */
export async function parseYaml(text: string): Promise<unknown> {
  if (/^\s*[{[]/.test(text)) return parseJson(text);
  const { parseDocument } = await import('yaml');
  try {
    const document = parseDocument(text, { logLevel: 'silent', schema: 'core', version: '1.2' });
    const [error] = document.errors;
    if (error) throw error;
    return parseJson(JSON.stringify(document.toJS({ maxAliasCount }) ?? null));
  } catch (error) {
    if (error instanceof KubeError) throw error;
    if (error instanceof RangeError) throw tooDeep();
    throw new KubeError('BadRequest', `error converting YAML to JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
