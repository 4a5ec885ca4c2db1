// The rules by which Tekton Chains' golden cases compare values.

/** True for the text that stands for a Go expression that was not transcribed. */
export function leftOut(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith('??');
}

/**
 * A value in a form that is equal, as text, for values of equal meaning: members sorted, empty members gone, base64
 * content and times read. Where `expected` was not transcribed, both sides come out empty.
 */
export function meaning(value: unknown, expected: unknown): unknown {
  if (Array.isArray(value))
    return value.map((item, i) => meaning(item, Array.isArray(expected) ? expected[i] : undefined));
  if (typeof value === 'string') return time(value) ?? value;
  if (typeof value !== 'object' || value === null) return value;
  const wanted = (typeof expected === 'object' && expected !== null ? expected : {}) as Record<
    string,
    unknown
  >;
  const source = value as Record<string, unknown>;
  const members = Object.entries(source).flatMap(([name, member]) => {
    if (leftOut(wanted[name])) return [];
    if (name === 'content' && typeof member === 'string')
      return [[name, content(member, source.mediaType)] as const];
    const read = meaning(
      name === 'materials' ? sortedList(member) : member,
      name === 'materials' ? sortedList(wanted[name]) : wanted[name],
    );
    return isEmpty(read) ? [] : [[name, read] as const];
  });
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** For lists whose order means nothing. */
export function sortedList(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const text = (item: unknown) => JSON.stringify(meaning(item, undefined));
  return [...value].sort((a, b) => (text(a) < text(b) ? -1 : 1));
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function content(base64: string, mediaType: unknown): unknown {
  const text = Buffer.from(base64, 'base64').toString();
  return typeof mediaType === 'string' && !mediaType.includes('json')
    ? text
    : meaning(JSON.parse(text), undefined);
}

function time(text: string): number | undefined {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text) ? Date.parse(text) : undefined;
}
