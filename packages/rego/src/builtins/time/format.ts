import { civilFromSeconds, dayOfYear, weekdayOf } from './calendar.ts';
import { type LayoutPart, layoutParts, type ZoneStyle } from './layout.ts';
import type { Zone } from './zone.ts';

export const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

export const dayNames = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;

/** An instant in a zone: whole seconds since 1970 and the nanoseconds after them. */
export interface Instant {
  seconds: number;
  nanoseconds: number;
  zone: Zone;
}

export function formatTime(instant: Instant, layout: string): string {
  const offset = instant.zone.offsetAt(instant.seconds);
  const local = instant.seconds + offset;
  const civil = civilFromSeconds(local);
  const hour12 = civil.hour % 12 || 12;
  const month = monthNames[civil.month - 1] as string;
  const day = dayNames[weekdayOf(local)] as string;
  let text = '';
  for (const part of layoutParts(layout)) {
    text += part.prefix;
    switch (part.element) {
      case '2006':
        text += civil.year < 0 ? `-${pad(-civil.year, 4)}` : pad(civil.year, 4);
        break;
      case '06':
        text += pad(Math.max(civil.year, 0) % 100, 2);
        break;
      case 'January':
        text += month;
        break;
      case 'Jan':
        text += month.slice(0, 3);
        break;
      case '1':
        text += civil.month;
        break;
      case '01':
        text += pad(civil.month, 2);
        break;
      case 'Monday':
        text += day;
        break;
      case 'Mon':
        text += day.slice(0, 3);
        break;
      case '2':
        text += civil.day;
        break;
      case '_2':
        text += String(civil.day).padStart(2);
        break;
      case '02':
        text += pad(civil.day, 2);
        break;
      case '__2':
        text += String(dayOfYear(civil)).padStart(3);
        break;
      case '002':
        text += pad(dayOfYear(civil), 3);
        break;
      case '15':
        text += pad(civil.hour, 2);
        break;
      case '3':
        text += hour12;
        break;
      case '03':
        text += pad(hour12, 2);
        break;
      case '4':
        text += civil.minute;
        break;
      case '04':
        text += pad(civil.minute, 2);
        break;
      case '5':
        text += civil.second;
        break;
      case '05':
        text += pad(civil.second, 2);
        break;
      case 'PM':
        text += civil.hour >= 12 ? 'PM' : 'AM';
        break;
      case 'pm':
        text += civil.hour >= 12 ? 'pm' : 'am';
        break;
      case 'MST':
        text += instant.zone.abbreviationAt(instant.seconds);
        break;
      case 'zone':
        text += offsetText(offset, part.zone as ZoneStyle);
        break;
      case 'fraction':
        text += fractionText(instant.nanoseconds, part.fraction as NonNullable<LayoutPart['fraction']>);
        break;
    }
  }
  return text;
}

function offsetText(offset: number, style: ZoneStyle): string {
  if (style.zulu && offset === 0) return 'Z';
  const size = Math.abs(offset);
  const colon = style.colon ? ':' : '';
  let text = `${offset < 0 ? '-' : '+'}${pad(Math.floor(size / 3600), 2)}`;
  if (style.minutes) text += colon + pad(Math.floor((size % 3600) / 60), 2);
  if (style.seconds) text += colon + pad(size % 60, 2);
  return text;
}

function fractionText(nanoseconds: number, style: NonNullable<LayoutPart['fraction']>): string {
  let digits = pad(nanoseconds, 9).slice(0, style.digits).padEnd(style.digits, '0');
  if (style.trimmed) digits = digits.replace(/0+$/, '');
  return digits === '' ? '' : style.separator + digits;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
