/** A positive finite number in decimal: 0.`digits` times 10^`point`. `digits` has no trailing zeros and is empty for zero. */
export interface DecimalDigits {
  readonly digits: string;
  readonly point: number;
}

/** Every digit of a double, which may be many hundreds. */
export function exactDigits(value: number): DecimalDigits {
  if (value === 0) return { digits: '', point: 0 };
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n);
  const exponent = (biased === 0 ? 1 : biased) - 1075;
  const text = (exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent)).toString();
  return normal(text, text.length + Math.min(exponent, 0));
}

/** The fewest digits that identify a double. */
export function shortestDigits(value: number): DecimalDigits {
  if (value === 0) return { digits: '', point: 0 };
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  return normal(mantissa.replace('.', ''), Number(exponent) + 1);
}

/** Rounded to that many digits, ties to even; a negative number of digits leaves nothing. */
export function roundDigits(value: DecimalDigits, length: number): DecimalDigits {
  const { digits, point } = value;
  if (length >= digits.length) return value;
  if (length < 0) return { digits: '', point: 0 };
  const rest = digits.slice(length);
  const last = length > 0 ? digits.charCodeAt(length - 1) - 48 : 0;
  const up = rest[0] !== '5' || rest.length > 1 ? rest[0]! >= '5' : last % 2 === 1;
  const kept = digits.slice(0, length);
  if (!up) return normal(kept, point);
  const raised = (BigInt(kept || '0') + 1n).toString();
  return normal(raised.padStart(length, '0'), point + (raised.length > length ? 1 : 0));
}

function normal(text: string, point: number): DecimalDigits {
  const digits = text.replace(/0+$/, '');
  return digits === '' ? { digits, point: 0 } : { digits, point };
}
