/** A date and time of day somewhere, without saying where. Years count astronomically: 0 is 1 BC. */
export interface Civil {
  year: number;
  /** From 1. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

export const secondsPerDay = 86_400;
const daysPerEra = 146_097;

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days between 1970-01-01 and a date; months and days beyond their range carry over. */
export function daysFromDate(year: number, month: number, day: number): number {
  const years = year + Math.floor((month - 1) / 12);
  const monthOfYear = mod(month - 1, 12) + 1;
  // Years that begin in March put the leap day last.
  const shifted = monthOfYear > 2 ? years : years - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (monthOfYear > 2 ? monthOfYear - 3 : monthOfYear + 9) + 2) / 5);
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * daysPerEra + dayOfEra - 719_468 + (day - 1);
}

export function dateFromDays(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / daysPerEra);
  const dayOfEra = shifted - era * daysPerEra;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
  };
}

/** Seconds since 1970 of a civil time read as UTC; every part may lie outside its range. */
export function secondsFromCivil(civil: Civil): number {
  const days = daysFromDate(civil.year, civil.month, civil.day);
  return days * secondsPerDay + civil.hour * 3600 + civil.minute * 60 + civil.second;
}

export function civilFromSeconds(seconds: number): Civil {
  const days = Math.floor(seconds / secondsPerDay);
  const rest = seconds - days * secondsPerDay;
  return {
    ...dateFromDays(days),
    hour: Math.floor(rest / 3600),
    minute: Math.floor((rest % 3600) / 60),
    second: rest % 60,
  };
}

/** From 0, Sunday. */
export function weekdayOf(seconds: number): number {
  return mod(Math.floor(seconds / secondsPerDay) + 4, 7);
}

/** From 1. */
export function dayOfYear(civil: Civil): number {
  return daysFromDate(civil.year, civil.month, civil.day) - daysFromDate(civil.year, 1, 1) + 1;
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}
