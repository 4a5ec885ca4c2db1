import { fault } from '../operands.ts';

/** A time zone: how far it is from UTC at an instant (seconds since 1970), and what it is called then. */
export interface Zone {
  offsetAt(seconds: number): number;
  abbreviationAt(seconds: number): string;
}

export const utc: Zone = { offsetAt: () => 0, abbreviationAt: () => 'UTC' };

/** Names that the zone database gives and no locale of Intl does: standard time, then summer time. */
const abbreviations: Readonly<Record<string, readonly [string, string]>> = {
  'Africa/Johannesburg': ['SAST', 'SAST'],
  'Africa/Lagos': ['WAT', 'WAT'],
  'Africa/Maputo': ['CAT', 'CAT'],
  'Africa/Nairobi': ['EAT', 'EAT'],
  'Asia/Calcutta': ['IST', 'IST'],
  'Asia/Hong_Kong': ['HKT', 'HKST'],
  'Asia/Jakarta': ['WIB', 'WIB'],
  'Asia/Jerusalem': ['IST', 'IDT'],
  'Asia/Karachi': ['PKT', 'PKST'],
  'Asia/Kolkata': ['IST', 'IST'],
  'Asia/Macau': ['CST', 'CDT'],
  'Asia/Makassar': ['WITA', 'WITA'],
  'Asia/Manila': ['PST', 'PDT'],
  'Asia/Pyongyang': ['KST', 'KST'],
  'Asia/Seoul': ['KST', 'KDT'],
  'Asia/Shanghai': ['CST', 'CDT'],
  'Asia/Taipei': ['CST', 'CDT'],
  'Asia/Tokyo': ['JST', 'JDT'],
  'Australia/Adelaide': ['ACST', 'ACDT'],
  'Australia/Brisbane': ['AEST', 'AEDT'],
  'Australia/Darwin': ['ACST', 'ACDT'],
  'Australia/Hobart': ['AEST', 'AEDT'],
  'Australia/Melbourne': ['AEST', 'AEDT'],
  'Australia/Perth': ['AWST', 'AWDT'],
  'Australia/Sydney': ['AEST', 'AEDT'],
  'Europe/Dublin': ['GMT', 'IST'],
  'Europe/Moscow': ['MSK', 'MSD'],
  'Pacific/Auckland': ['NZST', 'NZDT'],
  'Pacific/Guam': ['ChST', 'ChST'],
  'Pacific/Pago_Pago': ['SST', 'SST'],
};

const most = 64;
const zones = new Map<string, Zone>();

/**
 * An IANA zone by its name, from what Intl knows; `Local` is the process's own. Throws `unknown time zone X`.
 * Abbreviations that Intl does not know read as the zone database's own nameless zones do: `+08`.
 */
export function zoneNamed(name: string): Zone {
  if (name === '' || name === 'UTC') return utc;
  const known = zones.get(name);
  if (known) return known;
  const zone = new IntlZone(formatOf(name));
  if (zones.size >= most) zones.delete(zones.keys().next().value as string);
  zones.set(name, zone);
  return zone;
}

function formatOf(name: string): Intl.DateTimeFormat {
  if (name === 'Local') return new Intl.DateTimeFormat('en-US', { timeZoneName: 'longOffset' });
  // Intl also takes offsets and names in any case; the zone database knows neither.
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name)) throw fault(`unknown time zone ${name}`);
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  } catch (error) {
    throw fault(`unknown time zone ${name}`, error);
  }
  const resolved = format.resolvedOptions().timeZone;
  if (resolved !== name && resolved.toLowerCase() === name.toLowerCase()) {
    throw fault(`unknown time zone ${name}`);
  }
  return format;
}

class IntlZone implements Zone {
  readonly #format: Intl.DateTimeFormat;
  readonly #name: string;
  #short: Intl.DateTimeFormat[] | undefined;

  constructor(format: Intl.DateTimeFormat) {
    this.#format = format;
    this.#name = format.resolvedOptions().timeZone;
  }

  offsetAt(seconds: number): number {
    const text = zonePart(this.#format, seconds);
    const match = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
    if (!match?.[1]) return 0;
    const size = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
    return match[1] === '-' ? -size : size;
  }

  abbreviationAt(seconds: number): string {
    const offset = this.offsetAt(seconds);
    const names = abbreviations[this.#name];
    if (names) {
      const winter = this.#standardOffset(seconds);
      return offset > winter ? names[1] : names[0];
    }
    this.#short ??= ['en-US', 'en-GB'].map(
      (locale) => new Intl.DateTimeFormat(locale, { timeZone: this.#name, timeZoneName: 'short' }),
    );
    for (const format of this.#short) {
      const text = zonePart(format, seconds);
      if (/^[A-Z]{3,5}$/.test(text) && (text !== 'GMT' || offset === 0)) return text;
    }
    return numericName(offset);
  }

  #standardOffset(seconds: number): number {
    const half = 182 * 86_400;
    return Math.min(this.offsetAt(seconds - half), this.offsetAt(seconds + half), this.offsetAt(seconds));
  }
}

function zonePart(format: Intl.DateTimeFormat, seconds: number): string {
  return format.formatToParts(seconds * 1000).find((part) => part.type === 'timeZoneName')?.value ?? '';
}

function numericName(offset: number): string {
  const minutes = Math.floor(Math.abs(offset) / 60);
  const digits = (value: number) => String(value).padStart(2, '0');
  const rest = minutes % 60 === 0 ? '' : digits(minutes % 60);
  return `${offset < 0 ? '-' : '+'}${digits(Math.floor(minutes / 60))}${rest}`;
}
