/**
 * Sets of the fields of an object, as `managedFields` writes them (`fieldsV1`): a tree whose edges are path elements.
 * `f:name` is a field, `k:{"name":"x"}` an item of a keyed list, `v:"x"` an item of a set, `i:0` one by its index.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export class FieldSet {
  /** The elements that are in the set themselves. */
  readonly members = new Set<string>();
  /** The elements below which something is in the set. */
  readonly children = new Map<string, FieldSet>();

  get empty(): boolean {
    return this.members.size === 0 && this.children.size === 0;
  }

  /** The set below an element, made if there is none. */
  below(element: string): FieldSet {
    let child = this.children.get(element);
    if (!child) {
      child = new FieldSet();
      this.children.set(element, child);
    }
    return child;
  }

  /** True when the element is in the set, or something below it. */
  touches(element: string): boolean {
    return this.members.has(element) || this.children.has(element);
  }

  /** Every path in the set, in the order of the elements. */
  *paths(prefix: readonly string[] = []): Generator<readonly string[]> {
    for (const element of this.#elements()) {
      const path = [...prefix, element];
      if (this.members.has(element)) yield path;
      yield* this.children.get(element)?.paths(path) ?? [];
    }
  }

  has(path: readonly string[]): boolean {
    const [element, ...rest] = path;
    if (element === undefined) return false;
    return rest.length === 0 ? this.members.has(element) : (this.children.get(element)?.has(rest) ?? false);
  }

  /** `fieldsV1`. */
  toJSON(): Record<string, unknown> {
    const entries = this.#elements().map((element): [string, unknown] => {
      const below = this.children.get(element)?.toJSON() ?? {};
      const both = this.members.has(element) && this.children.has(element);
      return [element, both ? { '.': {}, ...below } : below];
    });
    return Object.fromEntries(entries);
  }

  #elements(): string[] {
    return [...new Set([...this.members, ...this.children.keys()])].sort();
  }
}

/** Reads `fieldsV1`. What is not a path element is passed over: the value may be a requester's. */
export function fieldSetOf(fields: unknown): FieldSet {
  const set = new FieldSet();
  if (typeof fields !== 'object' || fields === null) return set;
  for (const [element, below] of Object.entries(fields)) {
    if (!/^[fkvi]:/.test(element)) continue;
    const child = fieldSetOf(below);
    const self = child.empty || (typeof below === 'object' && below !== null && Object.hasOwn(below, '.'));
    if (self) set.members.add(element);
    if (!child.empty) set.children.set(element, child);
  }
  return set;
}

function combine(
  a: FieldSet,
  b: FieldSet | undefined,
  keep: (inA: boolean, inB: boolean) => boolean,
): FieldSet {
  const result = new FieldSet();
  for (const member of new Set([...a.members, ...(b?.members ?? [])])) {
    if (keep(a.members.has(member), b?.members.has(member) ?? false)) result.members.add(member);
  }
  const nothing = new FieldSet();
  for (const element of new Set([...a.children.keys(), ...(b?.children.keys() ?? [])])) {
    const child = combine(a.children.get(element) ?? nothing, b?.children.get(element), keep);
    if (!child.empty) result.children.set(element, child);
  }
  return result;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  return combine(a, b, (inA, inB) => inA || inB);
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return combine(a, b, (inA, inB) => inA && inB);
}

export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return combine(a, b, (inA, inB) => inA && !inB);
}

/** A path as conflicts name it: `.spec.containers[name="a"].image`. */
export function pathText(path: readonly string[]): string {
  return path
    .map((element) => {
      const value = element.slice(2);
      if (element.startsWith('f:')) return `.${value}`;
      if (element.startsWith('i:')) return `[${value}]`;
      if (element.startsWith('v:')) return `[=${value}]`;
      const keys = Object.entries(JSON.parse(value) as Record<string, unknown>);
      return `[${keys.map(([key, one]) => `${key}=${JSON.stringify(one)}`).join(',')}]`;
    })
    .join('');
}
