import type { ScalarTag, YAMLError } from 'yaml';
import { yamlLibrary } from '#yaml';
import { readSimpleYaml } from './simple-yaml.ts';

/** A block of YAML as plain data: maps are `Map`s, so that keys that are no strings can be refused. */
export type YamlData = null | boolean | number | bigint | string | YamlData[] | Map<unknown, YamlData>;

/** What is wrong with a block of YAML; the line counts from 1 within the block. */
export class YamlFault extends Error {
  override readonly name = 'YamlFault';
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

const dateTime =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt ]\s*(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d+))?\s*(Z|[+-]\d{2}:\d{2})?)?$/;

/** Unquoted dates read as RFC 3339 texts, as OPA's YAML library has it: `2025-7-01` is `2025-07-01T00:00:00Z`. */
const timestamp: ScalarTag = {
  tag: 'tag:yaml.org,2002:timestamp',
  default: true,
  test: dateTime,
  resolve: (text) => normalDate(text) ?? text,
};

/** Whole numbers may hold `_`, as in `1_000`. */
const groupedInteger: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?[0-9][0-9_]*_[0-9_]*$/,
  resolve: (text) => BigInt(text.replace(/[_+]/g, '')),
};

/**
 * Reads a block. The text comes from a policy's comments and is not trusted: aliases are bounded.
 * @throws YamlFault
 */
export function readYaml(text: string): YamlData {
  return readSimpleYaml(text) ?? readAnyYaml(text);
}

/** The same by the library alone. */
export function readAnyYaml(text: string): YamlData {
  const { LineCounter, parseDocument } = yamlLibrary();
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    customTags: [timestamp, groupedInteger],
    intAsBigInt: true,
    merge: true,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const error: YAMLError | undefined = document.errors[0];
  if (error) {
    const { line } = lines.linePos(error.pos[0]);
    throw new YamlFault(`yaml: line ${line}: ${firstLine(error.message)}`, line);
  }
  try {
    return plain(document.toJS({ mapAsMap: true, maxAliasCount: 100 }));
  } catch (error) {
    if (error instanceof RangeError || error instanceof ReferenceError) {
      throw new YamlFault(`yaml: ${firstLine(error.message)}`, 1);
    }
    throw error;
  }
}

/** The line (from 1, within the block) on which a key of the outermost map stands; 1 when it is not there. */
export function lineOfKey(text: string, key: string): number {
  const { isScalar, LineCounter, parseDocument } = yamlLibrary();
  const lines = new LineCounter();
  const { contents } = parseDocument(text, { lineCounter: lines, logLevel: 'silent' });
  const items = contents && 'items' in contents ? contents.items : [];
  for (const item of items) {
    const name = 'key' in item ? item.key : undefined;
    if (isScalar(name) && name.value === key && name.range) return lines.linePos(name.range[0]).line;
  }
  return 1;
}

function plain(value: unknown): YamlData {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) {
    const map = new Map<unknown, YamlData>();
    for (const [key, item] of value) map.set(typeof key === 'bigint' ? Number(key) : key, plain(item));
    return map;
  }
  if (value instanceof Set) return new Map([...value].map((key) => [key, null]));
  if (value instanceof Uint8Array) return btoa(String.fromCharCode(...value));
  return (value ?? null) as YamlData;
}

function normalDate(text: string): string | undefined {
  const match = dateTime.exec(text);
  if (!match) return undefined;
  const [, year = '', month = '', day = '', hour = '0', minute = '0', second = '0'] = match;
  const [fraction = '', zone = 'Z'] = match.slice(7);
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const exists = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  if (!exists || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const two = (number: string): string => number.padStart(2, '0');
  const tail = fraction.slice(0, 9).replace(/0+$/, '');
  const time = `${two(hour)}:${two(minute)}:${two(second)}${tail ? `.${tail}` : ''}`;
  const offset = zone === '+00:00' || zone === '-00:00' ? 'Z' : zone;
  return `${year}-${two(month)}-${two(day)}T${time}${offset}`;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
