import { daysInMonth, isLeapYear, secondsFromCivil } from './calendar.ts';
import { dayNames, monthNames } from './format.ts';
import { isDigit, type LayoutPart, layoutParts, type ZoneStyle } from './layout.ts';
import { quoted } from './quote.ts';

/** A text that does not read as its layout says; the words are those of Go's package time. */
export class TimeParseFault extends Error {}

/** What went wrong within an element: it is not there, or its value is out of range. */
type Trouble = { bad: true } | { range: string };

interface Reading {
  rest: string;
  year: number;
  month: number;
  day: number;
  dayOfYear: number;
  hour: number;
  minute: number;
  second: number;
  nanoseconds: number;
  pm: boolean;
  am: boolean;
  offset: number;
}

const shortMonths = monthNames.map((name) => name.slice(0, 3));
const shortDays = dayNames.map((name) => name.slice(0, 3));
const bad: Trouble = { bad: true };

/**
 * Reads a text by a layout, as Go's `time.Parse` does; without a zone it is UTC, and so are named zones, whose offset a
 * name does not tell. Returns seconds since 1970 and nanoseconds.
 * @throws TimeParseFault
 */
export function parseTime(layout: string, value: string): { seconds: number; nanoseconds: number } {
  const reading: Reading = {
    rest: value,
    year: 0,
    month: -1,
    day: -1,
    dayOfYear: -1,
    hour: 0,
    minute: 0,
    second: 0,
    nanoseconds: 0,
    pm: false,
    am: false,
    offset: 0,
  };
  const refuse = (message: string) => new TimeParseFault(`parsing time ${quoted(value)}${message}`);
  const mismatch = (text: string, element: string) =>
    refuse(` as ${quoted(layout)}: cannot parse ${quoted(text)} as ${quoted(element)}`);
  const parts = layoutParts(layout);
  for (const [index, part] of parts.entries()) {
    if (!skip(reading, part.prefix)) throw mismatch(reading.rest, part.prefix);
    if (part.element === undefined) {
      if (reading.rest !== '') throw refuse(`: extra text: ${quoted(reading.rest)}`);
      break;
    }
    const before = reading.rest;
    const trouble = readElement(reading, part, parts[index + 1]);
    if (!trouble) continue;
    if ('range' in trouble) throw refuse(`: ${trouble.range} out of range`);
    throw mismatch(before, part.text);
  }
  if (reading.pm && reading.hour < 12) reading.hour += 12;
  else if (reading.am && reading.hour === 12) reading.hour = 0;
  settleDate(reading, refuse);
  return { seconds: secondsFromCivil(reading) - reading.offset, nanoseconds: reading.nanoseconds };
}

/** Spaces match any number of spaces; everything else matches itself. */
function skip(reading: Reading, prefix: string): boolean {
  let rest = reading.rest;
  let at = 0;
  while (at < prefix.length) {
    if (prefix[at] === ' ') {
      if (rest !== '' && rest[0] !== ' ') {
        reading.rest = rest;
        return false;
      }
      while (prefix[at] === ' ') at += 1;
      rest = rest.replace(/^ +/, '');
    } else {
      if (rest[0] !== prefix[at]) {
        reading.rest = rest;
        return false;
      }
      at += 1;
      rest = rest.slice(1);
    }
  }
  reading.rest = rest;
  return true;
}

function readElement(reading: Reading, part: LayoutPart, next: LayoutPart | undefined): Trouble | undefined {
  switch (part.element) {
    case '06':
      return readShortYear(reading);
    case '2006': {
      const digits = reading.rest.slice(0, 4);
      if (!/^\d{4}$/.test(digits)) return bad;
      reading.year = Number(digits);
      reading.rest = reading.rest.slice(4);
      return undefined;
    }
    case 'Jan':
    case 'January': {
      const index = lookUp(reading, part.element === 'Jan' ? shortMonths : monthNames);
      reading.month = index + 1;
      return index < 0 ? bad : undefined;
    }
    case '1':
    case '01':
      return readNumber(reading, 'month', part.element === '01', 1, 12, 'month');
    case 'Mon':
    case 'Monday':
      return lookUp(reading, part.element === 'Mon' ? shortDays : dayNames) < 0 ? bad : undefined;
    case '2':
    case '_2':
    case '02':
      if (part.element === '_2' && reading.rest[0] === ' ') reading.rest = reading.rest.slice(1);
      // Checked once month and year are known.
      return readNumber(reading, 'day', part.element === '02', 0, 99, 'day');
    case '__2':
    case '002':
      return readDayOfYear(reading, part.element === '002');
    case '15':
      return readNumber(reading, 'hour', false, 0, 23, 'hour');
    case '3':
    case '03':
      return readNumber(reading, 'hour', part.element === '03', 0, 12, 'hour');
    case '4':
    case '04':
      return readNumber(reading, 'minute', part.element === '04', 0, 59, 'minute');
    case '5':
    case '05':
      return readSecond(reading, part.element === '05', next);
    case 'PM':
    case 'pm': {
      const half = reading.rest.slice(0, 2);
      const upper = part.element === 'PM';
      if (half === (upper ? 'PM' : 'pm')) reading.pm = true;
      else if (half === (upper ? 'AM' : 'am')) reading.am = true;
      else return bad;
      reading.rest = reading.rest.slice(2);
      return undefined;
    }
    case 'zone':
      return readOffset(reading, part.zone as ZoneStyle);
    case 'MST':
      return readZoneName(reading);
    case 'fraction':
      return readFraction(reading, part.fraction as NonNullable<LayoutPart['fraction']>);
    default:
      return bad;
  }
}

function readShortYear(reading: Reading): Trouble | undefined {
  const digits = reading.rest.slice(0, 2);
  if (!/^(?:\d\d|[+-]\d)$/.test(digits)) return bad;
  const year = Number(digits);
  reading.year = year + (year >= 69 ? 1900 : 2000);
  reading.rest = reading.rest.slice(2);
  return undefined;
}

function lookUp(reading: Reading, names: readonly string[]): number {
  const rest = reading.rest.slice(0, 9).toLowerCase();
  const index = names.findIndex((name) => rest.startsWith(name.toLowerCase()));
  if (index >= 0) reading.rest = reading.rest.slice((names[index] as string).length);
  return index;
}

/** One or two digits; `fixed` wants two. */
function takeNumber(text: string, fixed: boolean): number | undefined {
  if (!isDigit(text[0])) return undefined;
  if (isDigit(text[1])) return Number(text.slice(0, 2));
  return fixed ? undefined : Number(text[0]);
}

function readNumber(
  reading: Reading,
  member: 'month' | 'day' | 'hour' | 'minute' | 'second',
  fixed: boolean,
  least: number,
  greatest: number,
  name: string,
): Trouble | undefined {
  const number = takeNumber(reading.rest, fixed);
  if (number === undefined) return bad;
  reading.rest = reading.rest.slice(isDigit(reading.rest[1]) ? 2 : 1);
  reading[member] = number;
  return number < least || number > greatest ? { range: name } : undefined;
}

function readDayOfYear(reading: Reading, fixed: boolean): Trouble | undefined {
  if (!fixed) reading.rest = reading.rest.replace(/^ {1,2}/, '');
  const digits = /^\d{1,3}/.exec(reading.rest)?.[0];
  if (digits === undefined || (fixed && digits.length !== 3)) return bad;
  reading.dayOfYear = Number(digits);
  reading.rest = reading.rest.slice(digits.length);
  return undefined;
}

function readSecond(reading: Reading, fixed: boolean, next: LayoutPart | undefined): Trouble | undefined {
  const trouble = readNumber(reading, 'second', fixed, 0, 59, 'second');
  if (trouble) return trouble;
  // A fraction is read even where the layout has none.
  if (next?.element === 'fraction') return undefined;
  const fraction = /^[.,]\d+/.exec(reading.rest)?.[0];
  return fraction === undefined ? undefined : takeFraction(reading, fraction.length);
}

function readFraction(reading: Reading, style: NonNullable<LayoutPart['fraction']>): Trouble | undefined {
  if (!style.trimmed) {
    if (reading.rest.length < style.digits + 1) return bad;
    return takeFraction(reading, style.digits + 1);
  }
  const fraction = /^[.,]\d+/.exec(reading.rest)?.[0];
  return fraction === undefined ? undefined : takeFraction(reading, fraction.length);
}

/** The separator and digits; those beyond nanoseconds are dropped. */
function takeFraction(reading: Reading, length: number): Trouble | undefined {
  const text = reading.rest.slice(0, length);
  if (text[0] !== '.' && text[0] !== ',') return bad;
  const digits = text.slice(1, 10);
  if (/^-\d+$/.test(digits)) return { range: 'fractional second' };
  if (!/^\d+$/.test(digits)) return bad;
  reading.nanoseconds = Number(digits.padEnd(9, '0'));
  reading.rest = reading.rest.slice(length);
  return undefined;
}

function readOffset(reading: Reading, style: ZoneStyle): Trouble | undefined {
  const zulu = style.zulu && !style.seconds;
  if (zulu && reading.rest[0] === 'Z') {
    reading.rest = reading.rest.slice(1);
    return undefined;
  }
  const colon = style.colon ? ':' : '';
  const pattern = `^(.)(..)${style.minutes ? `${colon}(..)` : ''}${style.seconds ? `${colon}(..)` : ''}`;
  const match = new RegExp(pattern, 's').exec(reading.rest);
  if (!match) return bad;
  const [hour, minute, second] = [match[2], match[3] ?? '00', match[4] ?? '00'].map((text) =>
    takeNumber(text as string, true),
  );
  if (hour === undefined || minute === undefined || second === undefined) return bad;
  reading.rest = reading.rest.slice(match[0].length);
  if (second > 60) return { range: 'time zone offset second' };
  if (minute > 60) return { range: 'time zone offset minute' };
  if (hour > 24) return { range: 'time zone offset hour' };
  const size = hour * 3600 + minute * 60 + second;
  if (match[1] !== '+' && match[1] !== '-') {
    reading.rest = match.input;
    return bad;
  }
  reading.offset = match[1] === '-' ? -size : size;
  return undefined;
}

/** `UTC`, `MST`, `CEST`, `GMT+3`, `+03`: what a zone's name may look like. It does not shift the time. */
function readZoneName(reading: Reading): Trouble | undefined {
  const length = zoneNameLength(reading.rest);
  if (length === 0) return bad;
  reading.rest = reading.rest.slice(length);
  return undefined;
}

function zoneNameLength(text: string): number {
  if (text.length < 3) return 0;
  if (text.startsWith('UTC')) return 3;
  if (text.startsWith('ChST') || text.startsWith('MeST')) return 4;
  if (text.startsWith('GMT')) return 3 + signedOffsetLength(text.slice(3));
  if (text[0] === '+' || text[0] === '-') return signedOffsetLength(text);
  const letters = /^[A-Z]{0,6}/.exec(text)?.[0] ?? '';
  if (letters.length === 3) return 3;
  if (letters.length === 4) return letters[3] === 'T' || letters === 'WITA' ? 4 : 0;
  return letters.length === 5 && letters[4] === 'T' ? 5 : 0;
}

function signedOffsetLength(text: string): number {
  const match = /^[+-](\d+)/.exec(text);
  return match && Number(match[1]) <= 23 ? match[0].length : 0;
}

/** Settles month and day from the day of the year, or the reverse, and checks them. */
function settleDate(reading: Reading, refuse: (message: string) => TimeParseFault): void {
  if (reading.dayOfYear >= 0) {
    const days = isLeapYear(reading.year) ? 366 : 365;
    if (reading.dayOfYear < 1 || reading.dayOfYear > days) throw refuse(': day-of-year out of range');
    let month = 1;
    let day = reading.dayOfYear;
    while (day > daysInMonth(reading.year, month)) {
      day -= daysInMonth(reading.year, month);
      month += 1;
    }
    if (reading.month >= 0 && reading.month !== month) throw refuse(': day-of-year does not match month');
    if (reading.day >= 0 && reading.day !== day) throw refuse(': day-of-year does not match day');
    reading.month = month;
    reading.day = day;
    return;
  }
  if (reading.month < 0) reading.month = 1;
  if (reading.day < 0) reading.day = 1;
  if (reading.day < 1 || reading.day > daysInMonth(reading.year, reading.month)) {
    throw refuse(': day out of range');
  }
}
