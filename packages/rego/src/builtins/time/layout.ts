/** What an element of a layout stands for, named by how Go's reference time writes it. */
export type LayoutElement =
  | '2006'
  | '06'
  | 'January'
  | 'Jan'
  | '1'
  | '01'
  | 'Monday'
  | 'Mon'
  | '2'
  | '_2'
  | '02'
  | '__2'
  | '002'
  | '15'
  | '3'
  | '03'
  | '4'
  | '04'
  | '5'
  | '05'
  | 'PM'
  | 'pm'
  | 'MST'
  | 'zone'
  | 'fraction';

/** One element with the literal text before it. `end` is where its own text ends in the layout. */
export interface LayoutPart {
  prefix: string;
  /** Absent in the last part, whose prefix ends the layout. */
  element?: LayoutElement;
  /** The element as the layout writes it. */
  text: string;
  /** Of `zone`. */
  zone?: ZoneStyle;
  /** Of `fraction`: the count of digits and whether zeros at the end are dropped. */
  fraction?: { digits: number; trimmed: boolean; separator: string };
}

/** `Z07:00:00` in all its forms. */
export interface ZoneStyle {
  /** Zero is written `Z`. */
  zulu: boolean;
  colon: boolean;
  minutes: boolean;
  seconds: boolean;
}

/** Names for layouts that OPA accepts in their place. */
export const namedLayouts: Readonly<Record<string, string>> = {
  ANSIC: 'Mon Jan _2 15:04:05 2006',
  UnixDate: 'Mon Jan _2 15:04:05 MST 2006',
  RubyDate: 'Mon Jan 02 15:04:05 -0700 2006',
  RFC822: '02 Jan 06 15:04 MST',
  RFC822Z: '02 Jan 06 15:04 -0700',
  RFC850: 'Monday, 02-Jan-06 15:04:05 MST',
  RFC1123: 'Mon, 02 Jan 2006 15:04:05 MST',
  RFC1123Z: 'Mon, 02 Jan 2006 15:04:05 -0700',
  RFC3339: '2006-01-02T15:04:05Z07:00',
  RFC3339Nano: '2006-01-02T15:04:05.999999999Z07:00',
};

const zoneStyles: readonly (readonly [string, Omit<ZoneStyle, 'zulu'>])[] = [
  ['070000', { colon: false, minutes: true, seconds: true }],
  ['07:00:00', { colon: true, minutes: true, seconds: true }],
  ['0700', { colon: false, minutes: true, seconds: false }],
  ['07:00', { colon: true, minutes: true, seconds: false }],
  ['07', { colon: false, minutes: false, seconds: false }],
];

const most = 256;
const layouts = new Map<string, LayoutPart[]>();

/** Cuts a layout into its elements, as Go's package time reads them. */
export function layoutParts(layout: string): LayoutPart[] {
  const known = layouts.get(layout);
  if (known) return known;
  const parts: LayoutPart[] = [];
  let start = 0;
  let at = 0;
  while (at < layout.length) {
    const found = elementAt(layout, at);
    if (!found) {
      at += 1;
      continue;
    }
    const from = at + (found.skip ?? 0);
    const to = from + found.length;
    const { element, zone, fraction } = found;
    parts.push({
      prefix: layout.slice(start, from),
      element,
      text: layout.slice(from, to),
      ...(zone && { zone }),
      ...(fraction && { fraction }),
    });
    start = to;
    at = to;
  }
  parts.push({ prefix: layout.slice(start), text: '' });
  if (layouts.size >= most) layouts.delete(layouts.keys().next().value as string);
  layouts.set(layout, parts);
  return parts;
}

interface Found {
  element: LayoutElement;
  length: number;
  /** Characters before it that stay literal. */
  skip?: number;
  zone?: ZoneStyle;
  fraction?: LayoutPart['fraction'];
}

function elementAt(layout: string, at: number): Found | undefined {
  const starts = (text: string) => layout.startsWith(text, at);
  const plain = (element: LayoutElement): Found => ({ element, length: element.length });
  switch (layout[at]) {
    case 'J':
      if (starts('January')) return plain('January');
      return starts('Jan') && !isLower(layout[at + 3]) ? plain('Jan') : undefined;
    case 'M':
      if (starts('Monday')) return plain('Monday');
      if (starts('Mon') && !isLower(layout[at + 3])) return plain('Mon');
      return starts('MST') ? plain('MST') : undefined;
    case '0': {
      const two = layout.slice(at, at + 2);
      if (/^0[1-6]$/.test(two)) return plain(two as LayoutElement);
      return starts('002') ? plain('002') : undefined;
    }
    case '1':
      return starts('15') ? plain('15') : plain('1');
    case '2':
      return starts('2006') ? plain('2006') : plain('2');
    case '_':
      if (starts('_2006')) return { element: '2006', length: 4, skip: 1 };
      if (starts('_2')) return plain('_2');
      return starts('__2') ? plain('__2') : undefined;
    case '3':
      return plain('3');
    case '4':
      return plain('4');
    case '5':
      return plain('5');
    case 'P':
      return starts('PM') ? plain('PM') : undefined;
    case 'p':
      return starts('pm') ? plain('pm') : undefined;
    case '-':
    case 'Z':
      return zoneAt(layout, at);
    case '.':
    case ',':
      return fractionAt(layout, at);
    default:
      return undefined;
  }
}

function zoneAt(layout: string, at: number): Found | undefined {
  const zulu = layout[at] === 'Z';
  for (const [text, style] of zoneStyles) {
    if (layout.startsWith(text, at + 1)) {
      return { element: 'zone', length: 1 + text.length, zone: { zulu, ...style } };
    }
  }
  return undefined;
}

function fractionAt(layout: string, at: number): Found | undefined {
  const digit = layout[at + 1];
  if (digit !== '0' && digit !== '9') return undefined;
  let end = at + 1;
  while (layout[end] === digit) end += 1;
  if (isDigit(layout[end])) return undefined;
  return {
    element: 'fraction',
    length: end - at,
    fraction: { digits: end - at - 1, trimmed: digit === '9', separator: layout[at] as string },
  };
}

export function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}

function isLower(character: string | undefined): boolean {
  return character !== undefined && character >= 'a' && character <= 'z';
}
