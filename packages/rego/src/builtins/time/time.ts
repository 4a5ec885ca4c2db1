import { Decimal } from '../../values/decimal.ts';
import { fromBigInt } from '../../values/numbers.ts';
import type { Value } from '../../values/value.ts';
import type { Builtin, RegoType } from '../builtin.ts';
import { fault, integerOperand, numberOperand, operandType, stringOperand } from '../operands.ts';
import { number, oneOf, string, tuple } from '../types.ts';
import { type Civil, civilFromSeconds, daysInMonth, secondsFromCivil, weekdayOf } from './calendar.ts';
import { parseDuration } from './duration.ts';
import { dayNames, formatTime, type Instant } from './format.ts';
import { namedLayouts } from './layout.ts';
import { parseTime } from './parse.ts';
import { utc, zoneNamed } from './zone.ts';

const billion = 1_000_000_000n;
const categories = ['time'];
const moment: RegoType = oneOf(number, tuple(number, string));

/** OPA's `time.*`: instants are nanoseconds since 1970, in the range of 64 bits. */
export const timeBuiltins: readonly Builtin[] = [
  {
    name: 'time.now_ns',
    args: [],
    result: number,
    nondeterministic: true,
    categories,
    call: (_, context) => fromBigInt(context.now()),
  },
  {
    name: 'time.parse_ns',
    args: [string, string],
    result: number,
    categories,
    call: ([layout, value]) => {
      const written = stringOperand(layout, 1);
      return parsed(layoutNamed(written), stringOperand(value, 2));
    },
  },
  {
    name: 'time.parse_rfc3339_ns',
    args: [string],
    result: number,
    categories,
    call: ([value]) => parsed(namedLayouts.RFC3339 as string, stringOperand(value, 1)),
  },
  {
    name: 'time.parse_duration_ns',
    args: [string],
    result: number,
    categories,
    call: ([value]) => fromBigInt(parseDuration(stringOperand(value, 1))),
  },
  {
    name: 'time.format',
    args: [oneOf(number, tuple(number, string), tuple(number, string, string))],
    result: string,
    categories,
    call: ([operand]) => {
      const { instant, layout } = momentOperand(operand);
      return formatTime(instant, layout === '' ? (namedLayouts.RFC3339Nano as string) : layoutNamed(layout));
    },
  },
  {
    name: 'time.date',
    args: [moment],
    result: tuple(number, number, number),
    categories,
    call: ([operand]) => {
      const { year, month, day } = civilOf(momentOperand(operand).instant);
      return [year, month, day];
    },
  },
  {
    name: 'time.clock',
    args: [moment],
    result: tuple(number, number, number),
    categories,
    call: ([operand]) => {
      const { hour, minute, second } = civilOf(momentOperand(operand).instant);
      return [hour, minute, second];
    },
  },
  {
    name: 'time.weekday',
    args: [moment],
    result: string,
    categories,
    call: ([operand]) => dayNames[weekdayOf(localSeconds(momentOperand(operand).instant))],
  },
  {
    name: 'time.add_date',
    args: [number, number, number, number],
    result: number,
    categories,
    call: ([operand, years, months, days]) => {
      const { instant } = momentOperand(operand);
      const [byYears, byMonths, byDays] = [
        Number(integerOperand(years, 2)),
        Number(integerOperand(months, 3)),
        Number(integerOperand(days, 4)),
      ];
      const civil = civilOf(instant);
      const moved = {
        ...civil,
        year: civil.year + byYears,
        month: civil.month + byMonths,
        day: civil.day + byDays,
      };
      return nanosecondsOf(secondsAt(moved, instant), instant.nanoseconds);
    },
  },
  {
    name: 'time.diff',
    args: [moment, moment],
    result: tuple(number, number, number, number, number, number),
    categories,
    call: ([a, b]) => difference(momentOperand(a).instant, momentOperand(b).instant),
  },
];

function layoutNamed(layout: string): string {
  return Object.hasOwn(namedLayouts, layout) ? (namedLayouts[layout] as string) : layout;
}

function parsed(layout: string, value: string): Value {
  let time: { seconds: number; nanoseconds: number };
  try {
    time = parseTime(layout, value);
  } catch (error) {
    throw fault((error as Error).message, error);
  }
  return nanosecondsOf(time.seconds, time.nanoseconds);
}

function nanosecondsOf(seconds: number, nanoseconds: number): Value {
  if (Number.isSafeInteger(seconds)) {
    const total = BigInt(seconds) * billion + BigInt(nanoseconds);
    if (BigInt.asIntN(64, total) === total) return fromBigInt(total);
  }
  throw fault('time outside of valid range');
}

/** A number of nanoseconds, or an array of it, a zone's name and a layout. */
function momentOperand(operand: Value | undefined): { instant: Instant; layout: string } {
  const shape = 'either number (ns) or [number (ns), string (tz)]';
  let nanoseconds = operand;
  let zone = utc;
  let layout = '';
  if (Array.isArray(operand)) {
    if (operand.length === 0) throw operandType(1, operand, shape);
    nanoseconds = numberOperand(operand[0], 1);
    if (operand.length > 1) zone = zoneNamed(stringOperand(operand[1], 1));
    if (operand.length > 2) layout = stringOperand(operand[2], 1);
  }
  if (
    typeof nanoseconds !== 'number' &&
    typeof nanoseconds !== 'bigint' &&
    !(nanoseconds instanceof Decimal)
  ) {
    throw operandType(1, operand as Value, shape);
  }
  if (typeof nanoseconds === 'number' ? !Number.isInteger(nanoseconds) : nanoseconds instanceof Decimal) {
    throw fault('timestamp too big');
  }
  const total = BigInt(nanoseconds as number | bigint);
  if (BigInt.asIntN(64, total) !== total) throw fault('timestamp too big');
  let seconds = total / billion;
  if (total % billion < 0n) seconds -= 1n;
  return {
    instant: { seconds: Number(seconds), nanoseconds: Number(total - seconds * billion), zone },
    layout,
  };
}

function localSeconds(instant: Instant): number {
  return instant.seconds + instant.zone.offsetAt(instant.seconds);
}

function civilOf(instant: Instant): Civil {
  return civilFromSeconds(localSeconds(instant));
}

/** A civil time in the zone of an instant. In the gap and the overlap of a change of clocks it lies as Go's `time.Date` has it. */
function secondsAt(civil: Civil, { zone }: Instant): number {
  const local = secondsFromCivil(civil);
  if (!(Math.abs(local) < 1e13) || zone === utc) return local;
  const offset = zone.offsetAt(local);
  const seconds = local - offset;
  const actual = zone.offsetAt(seconds);
  return actual === offset ? seconds : local - actual;
}

/** Years, months, days, hours, minutes and seconds between two instants, read in the zone of the first. */
function difference(a: Instant, b: Instant): Value {
  const other: Instant = { ...b, zone: a.zone };
  const swapped =
    a.seconds > other.seconds || (a.seconds === other.seconds && a.nanoseconds > other.nanoseconds);
  const from = civilOf(swapped ? other : a);
  const to = civilOf(swapped ? a : other);
  let years = to.year - from.year;
  let months = to.month - from.month;
  let days = to.day - from.day;
  let hours = to.hour - from.hour;
  let minutes = to.minute - from.minute;
  let seconds = to.second - from.second;
  if (seconds < 0) {
    seconds += 60;
    minutes -= 1;
  }
  if (minutes < 0) {
    minutes += 60;
    hours -= 1;
  }
  if (hours < 0) {
    hours += 24;
    days -= 1;
  }
  if (days < 0) {
    days += daysInMonth(from.year, from.month);
    months -= 1;
  }
  if (months < 0) {
    months += 12;
    years -= 1;
  }
  return [years, months, days, hours, minutes, seconds];
}
