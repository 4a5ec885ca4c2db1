import type { YamlData } from './metadata-yaml.ts';

type SimpleData = string | string[] | Map<unknown, YamlData>;

const keyLine = /^( *)([A-Za-z_][A-Za-z0-9_]*):(?: (.*))?$/;
const itemLine = /^( *)- (.*)$/;
/** A scalar in one line without quotes that is surely a text. */
const plainText = /^[A-Za-z](?:[!-~ ]*[!-~])?$/;
const printable = /^[ -~]*$/;
const notPlain = /: | #|:$|^(?:true|false|null)$/i;
/** In quotes, without anything that quotes give a meaning to. */
const quoted = /^(?:"([^"\\]*)"|'([^']*)')$/;
/** A timestamp in the form that it is read as. */
const fullTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const foldedLine = /^( *)([!-~](?:[!-~ ]*[!-~])?)$/;

/**
 * Reads YAML of the form that most METADATA blocks have: maps of names, lists of texts, texts in one line or folded by `>-`. What
 * has any other form is `undefined`, for the library to read, which takes ten times as long.
 */
export function readSimpleYaml(text: string): Map<unknown, YamlData> | undefined {
  const reader = new Reader(text.split('\n'));
  const map = reader.map(0);
  return reader.atEnd ? map : undefined;
}

class Reader {
  readonly #lines: readonly string[];
  #at = 0;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  get atEnd(): boolean {
    this.#skipEmpty();
    return this.#at >= this.#lines.length;
  }

  /** The map whose keys begin at a column; undefined when it is not simple. */
  map(indent: number): Map<unknown, YamlData> | undefined {
    const map = new Map<unknown, YamlData>();
    while (!this.atEnd) {
      const match = keyLine.exec(this.#lines[this.#at]!);
      if (!match || match[1]!.length < indent) break;
      const [, before = '', key = '', value] = match;
      if (before.length > indent || map.has(key) || notPlain.test(key)) return undefined;
      this.#at += 1;
      const read = value === undefined ? this.#below(indent) : this.#scalar(value, indent);
      if (read === undefined) return undefined;
      map.set(key, read);
    }
    return map.size > 0 ? map : undefined;
  }

  #below(indent: number): SimpleData | undefined {
    if (this.atEnd) return undefined;
    const line = this.#lines[this.#at]!;
    const column = line.length - line.trimStart().length;
    if (line[column] === '-') return column >= indent ? this.#list(column) : undefined;
    return column > indent ? this.map(column) : undefined;
  }

  #list(indent: number): string[] | undefined {
    const items: string[] = [];
    while (!this.atEnd) {
      const match = itemLine.exec(this.#lines[this.#at]!);
      if (!match || match[1]!.length !== indent) break;
      const item = plain(match[2]!);
      if (item === undefined) return undefined;
      items.push(item);
      this.#at += 1;
    }
    return items.length > 0 ? items : undefined;
  }

  #scalar(value: string, indent: number): string | undefined {
    return value === '>-' ? this.#folded(indent) : plain(value);
  }

  /** Lines of one column, deeper than the key: a line break is a space, an empty line a line break. */
  #folded(indent: number): string | undefined {
    let text = '';
    let column = -1;
    let breaks = 0;
    for (; this.#at < this.#lines.length; this.#at += 1) {
      const line = this.#lines[this.#at]!;
      if (line === '') {
        if (column < 0) return undefined;
        breaks += 1;
        continue;
      }
      const deep = line.length - line.trimStart().length;
      if (deep <= indent) break;
      const match = foldedLine.exec(line);
      if (!match || (column >= 0 && deep !== column)) return undefined;
      if (column >= 0) text += breaks === 0 ? ' ' : '\n'.repeat(breaks);
      column = deep;
      breaks = 0;
      text += match[2]!;
    }
    return column < 0 ? undefined : text;
  }

  #skipEmpty(): void {
    while (this.#lines[this.#at] === '') this.#at += 1;
  }
}

function plain(value: string): string | undefined {
  if (plainText.test(value)) return notPlain.test(value) ? undefined : value;
  if (fullTime.test(value)) return value;
  const inQuotes = printable.test(value) ? quoted.exec(value) : null;
  return inQuotes ? (inQuotes[1] ?? inQuotes[2]) : undefined;
}
