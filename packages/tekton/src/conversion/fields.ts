/** An object or a part of one whose version is not settled. */
export type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A copy in which a field has another name; nothing changes when it is absent. */
export function renamed(fields: Fields, from: string, to: string): Fields {
  if (fields[from] === undefined) return fields;
  const { [from]: value, ...rest } = fields;
  return { ...rest, [to]: value };
}

/** A copy without the named fields. */
export function without(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

/** A copy in which a field that is an object is changed. */
export function changed(fields: Fields, name: string, change: (value: Fields) => Fields): Fields {
  const value = fields[name];
  return isFields(value) ? { ...fields, [name]: change(value) } : fields;
}

/** A copy in which each object of a field that is a list is changed. */
export function changedItems(
  fields: Fields,
  name: string,
  change: (item: Fields, index: number) => Fields,
): Fields {
  const list = fields[name];
  if (!Array.isArray(list)) return fields;
  return { ...fields, [name]: list.map((item, index) => (isFields(item) ? change(item, index) : item)) };
}

/** What a list of objects holds. */
export function itemsOf(fields: Fields, name: string): Fields[] {
  const list = fields[name];
  return Array.isArray(list) ? list.filter(isFields) : [];
}

export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}
