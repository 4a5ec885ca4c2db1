import { RegoObject, type Value } from '@assay/rego';
import { OpaFailure } from './opa-error.ts';

/** Puts a value at a path of a document. Objects are merged; anything else that is there twice is an error. */
export function mergeAt(
  document: RegoObject,
  path: readonly string[],
  value: Value,
  place: string,
): RegoObject {
  const nested = path.reduceRight<Value>((inner, name) => RegoObject.of([[name, inner]]), value);
  if (!(nested instanceof RegoObject)) {
    throw new OpaFailure(`1 error occurred during loading: ${place}: document must be of type object`);
  }
  return merge(document, nested, place);
}

function merge(left: RegoObject, right: RegoObject, place: string): RegoObject {
  const merged = new RegoObject();
  for (const [key, value] of left.entries()) merged.add(key, value);
  for (const [key, value] of right.entries()) {
    const present = left.get(key);
    if (present instanceof RegoObject && value instanceof RegoObject) {
      merged.add(key, merge(present, value, place));
    } else if (present === undefined) {
      merged.add(key, value);
    } else {
      throw new OpaFailure(`1 error occurred during loading: ${place}: merge error`);
    }
  }
  return merged;
}
