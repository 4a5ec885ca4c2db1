import { equal, typeName } from '../values/compare.ts';
import { RegoObject } from '../values/rego-object.ts';
import { RegoSet } from '../values/rego-set.ts';
import { termText } from '../values/term-text.ts';
import type { Value } from '../values/value.ts';

/** A place where two values differ. A side that has nothing there is absent. */
export interface Difference {
  /** `.a[0]["b c"]`; empty: the values themselves. */
  path: string;
  left?: Value;
  right?: Value;
}

const most = 5;

/** The first places where two values differ, at most five; none when they are equal. */
export function differences(left: Value, right: Value): Difference[] {
  const found: Difference[] = [];
  compareAt('', left, right, found);
  return found;
}

function compareAt(path: string, left: Value, right: Value, found: Difference[]): void {
  if (found.length >= most || equal(left, right)) return;
  if (left instanceof RegoObject && right instanceof RegoObject) {
    compareEntries(path, left, right, found);
  } else if (Array.isArray(left) && Array.isArray(right)) {
    compareItems(path, left as readonly Value[], right as readonly Value[], found);
  } else if (left instanceof RegoSet && right instanceof RegoSet) {
    for (const value of left.values()) if (!right.has(value)) add(found, { path, left: value });
    for (const value of right.values()) if (!left.has(value)) add(found, { path, right: value });
  } else {
    add(found, { path, left, right });
  }
}

function compareEntries(path: string, left: RegoObject, right: RegoObject, found: Difference[]): void {
  for (const key of left.keys()) {
    const at = path + keyText(key);
    const [a, b] = [left.get(key)!, right.get(key)];
    if (b === undefined) add(found, { path: at, left: a });
    else compareAt(at, a, b, found);
  }
  for (const key of right.keys()) {
    if (!left.has(key)) add(found, { path: path + keyText(key), right: right.get(key)! });
  }
}

function compareItems(
  path: string,
  left: readonly Value[],
  right: readonly Value[],
  found: Difference[],
): void {
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const at = `${path}[${i}]`;
    const [a, b] = [left[i], right[i]];
    if (a !== undefined && b !== undefined) compareAt(at, a, b, found);
    else
      add(found, {
        path: at,
        ...(a === undefined ? {} : { left: a }),
        ...(b === undefined ? {} : { right: b }),
      });
    if (found.length >= most) return;
  }
}

function add(found: Difference[], difference: Difference): void {
  if (found.length < most) found.push(difference);
}

function keyText(key: Value): string {
  if (typeName(key) === 'string' && /^[A-Za-z_]\w*$/.test(key as string)) return `.${key as string}`;
  return `[${termText(key)}]`;
}
