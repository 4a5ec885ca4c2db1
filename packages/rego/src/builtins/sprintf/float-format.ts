import { type DecimalDigits, exactDigits, roundDigits, shortestDigits } from './decimal-digits.ts';

/**
 * A finite double as Go's `strconv.FormatFloat(value, verb, precision, 64)` writes it. Precision -1 asks for the fewest digits
 * that identify the value.
 */
export function formatFloat(value: number, verb: string, precision: number): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const magnitude = Math.abs(value);
  if (verb === 'b') return sign + binaryExponent(magnitude);
  if (verb === 'x' || verb === 'X') {
    const text = hexadecimal(magnitude, precision);
    return sign + (verb === 'X' ? text.toUpperCase() : text);
  }
  const shortest = precision < 0;
  const text = (() => {
    switch (verb) {
      case 'e':
      case 'E': {
        const digits = shortest
          ? shortestDigits(magnitude)
          : roundDigits(exactDigits(magnitude), precision + 1);
        return scientific(digits, shortest ? Math.max(digits.digits.length - 1, 0) : precision, verb);
      }
      case 'f':
      case 'F': {
        const exact = shortest ? shortestDigits(magnitude) : exactDigits(magnitude);
        const digits = shortest ? exact : roundDigits(exact, exact.point + precision);
        return fixed(digits, shortest ? Math.max(digits.digits.length - digits.point, 0) : precision);
      }
      default:
        return general(magnitude, precision, verb);
    }
  })();
  return sign + text;
}

function general(magnitude: number, precision: number, verb: string): string {
  const shortest = precision < 0;
  const wanted = shortest ? 6 : precision === 0 ? 1 : precision;
  const digits = shortest ? shortestDigits(magnitude) : roundDigits(exactDigits(magnitude), wanted);
  const count = digits.digits.length;
  let limit = wanted;
  if (limit > count && count >= digits.point) limit = count;
  if (shortest) limit = 6;
  const exponent = digits.point - 1;
  if (count > 0 && (exponent < -4 || exponent >= limit)) {
    return scientific(
      digits,
      Math.max((shortest ? count : Math.min(wanted, count)) - 1, 0),
      verb === 'G' ? 'E' : 'e',
    );
  }
  return fixed(digits, Math.max(count - digits.point, 0));
}

function scientific({ digits, point }: DecimalDigits, fractionDigits: number, letter: string): string {
  const first = digits[0] ?? '0';
  const fraction = digits.slice(1, 1 + fractionDigits).padEnd(fractionDigits, '0');
  const exponent = digits === '' ? 0 : point - 1;
  const power = String(Math.abs(exponent)).padStart(2, '0');
  return `${first}${fraction ? `.${fraction}` : ''}${letter}${exponent < 0 ? '-' : '+'}${power}`;
}

function fixed({ digits, point }: DecimalDigits, fractionDigits: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  if (fractionDigits === 0) return whole;
  const fraction = point > 0 ? digits.slice(point) : '0'.repeat(Math.min(-point, fractionDigits)) + digits;
  return `${whole}.${fraction.slice(0, fractionDigits).padEnd(fractionDigits, '0')}`;
}

function parts(magnitude: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, magnitude);
  const bits = view.getBigUint64(0);
  const biased = Number(bits >> 52n) & 0x7ff;
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
}

function binaryExponent(magnitude: number): string {
  const { mantissa, exponent } = parts(magnitude);
  return `${mantissa}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
}

function hexadecimal(magnitude: number, precision: number): string {
  let { mantissa, exponent } = parts(magnitude);
  if (mantissa === 0n) exponent = 0;
  else exponent += 52;
  while (mantissa !== 0n && (mantissa & (1n << 52n)) === 0n) {
    mantissa <<= 1n;
    exponent -= 1;
  }
  let hex = mantissa.toString(16).padStart(14, '0');
  if (precision < 0) hex = hex[0] + hex.slice(1).replace(/0+$/, '');
  else if (precision < 13) {
    const shift = BigInt(4 * (13 - precision));
    const half = 1n << (shift - 1n);
    const low = mantissa & ((1n << shift) - 1n);
    let kept = mantissa >> shift;
    if (low > half || (low === half && (kept & 1n) === 1n)) kept += 1n;
    if (kept >> BigInt(4 * precision) > 1n) {
      kept >>= 1n;
      exponent += 1;
    }
    hex = kept.toString(16).padStart(precision + 1, '0');
  } else hex = hex.padEnd(precision + 1, '0');
  const fraction = hex.slice(1);
  const power = String(Math.abs(exponent)).padStart(2, '0');
  return `0x${hex[0]}${fraction ? `.${fraction}` : ''}p${exponent < 0 ? '-' : '+'}${power}`;
}
