import { formatDuration, parseDuration } from '../duration.ts';
import { toParamValue } from '../params/value.ts';
import { formatQuantity, parseQuantity } from '../resources/quantity.ts';
import { goFields } from './go-fields.ts';

interface Field {
  name: string;
  always: boolean;
  type: string;
}

const structures = new Map<string, readonly Field[]>();

function fieldsOf(structure: string): readonly Field[] {
  const known = structures.get(structure);
  if (known !== undefined) return known;
  const fields = (goFields[structure] ?? '').split(' ').map((field): Field => {
    const [name = '', type = 's'] = field.split(':');
    return { name: name.replace('!', ''), always: name.endsWith('!'), type };
  });
  structures.set(structure, fields);
  return fields;
}

/**
 * The text that Go's `json.Marshal` makes of a structure: its fields in their order, empty ones left out as their tags
 * say, map keys sorted, `<`, `>`, `&` and the line separators escaped. Fields that the structure does not have are
 * dropped, as a decoder would drop them.
 */
export function goJson(structure: string, value: unknown): string {
  return structureText(structure, (value ?? {}) as Record<string, unknown>);
}

function structureText(structure: string, value: Record<string, unknown>): string {
  const members: string[] = [];
  for (const { name, always, type } of fieldsOf(structure)) {
    const member = value[name] ?? undefined;
    if (!always && isEmpty(member, type)) continue;
    members.push(`${goString(name)}:${text(member, type)}`);
  }
  return `{${members.join(',')}}`;
}

/** What `omitempty` leaves out. */
function isEmpty(value: unknown, type: string): boolean {
  if (value === undefined) return true;
  if (type.startsWith('*')) return false;
  if (type.startsWith('[]')) return (value as unknown[]).length === 0;
  if (type.startsWith('{}')) return Object.keys(value as object).length === 0;
  return value === '' || value === 0 || value === false;
}

function text(value: unknown, type: string): string {
  if (type.startsWith('*')) return text(value, type.slice(1));
  if (type.startsWith('[]')) {
    if (value === undefined) return 'null';
    return `[${(value as unknown[]).map((item) => text(item, type.slice(2))).join(',')}]`;
  }
  if (type.startsWith('{}')) {
    if (value === undefined) return 'null';
    const entries = Object.entries(value as Record<string, unknown>).sort(([a], [b]) => byBytes(a, b));
    return `{${entries.map(([key, item]) => `${goString(key)}:${text(item, type.slice(2))}`).join(',')}}`;
  }
  switch (type) {
    case 's':
      return goString(String(value ?? ''));
    case 'i':
      return String(value ?? 0);
    case 'b':
      return String(value ?? false);
    case 'q':
      return goString(formatQuantity(parseQuantity((value ?? 0) as string | number)));
    case 'd':
      return goString(formatDuration(parseDuration(String(value ?? '0'))));
    case 'p':
      return paramText(value);
    case 'j':
      return rawText(value);
    case 'r':
      return value === undefined ? 'null' : rawText(value);
    default:
      return structureText(type, (value ?? {}) as Record<string, unknown>);
  }
}

function paramText(value: unknown): string {
  const param = toParamValue(value ?? '');
  if (typeof param === 'string') return goString(param);
  return Array.isArray(param) ? text(param, '[]s') : text(param, '{}s');
}

/** JSON that is passed on compacted, in the order in which it came. */
function rawText(value: unknown): string {
  return escaped(JSON.stringify(value ?? null));
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** A string as Go escapes it: control characters short where JSON has a short form, but for `\b` and `\f`. */
function goString(value: string): string {
  return escaped(JSON.stringify(value.toWellFormed()));
}

function escaped(json: string): string {
  return json.replace(/[<>&\u2028\u2029\u007f]/g, (character) =>
    character === '\u007f' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
