import { compareStrings } from '../values/compare.ts';
import { termText } from '../values/term-text.ts';
import type { Builtin } from './builtin.ts';
import { fault, stringOperand } from './operands.ts';
import { boolean, number, string } from './types.ts';

interface Version {
  numbers: readonly bigint[];
  preRelease: string;
}

const categories = ['semver'];
const identifiers = /^[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*$/;

/** A version as OPA reads it: a leading `v` and leading zeros pass, and each number fits 64 bits. */
function parseVersion(text: string): Version | undefined {
  let rest = text.startsWith('v') ? text.slice(1) : text;
  const cut = (separator: string): string => {
    const at = rest.indexOf(separator);
    if (at < 0) return '';
    const tail = rest.slice(at + 1);
    rest = rest.slice(0, at);
    return tail;
  };
  const metadata = cut('+');
  if (metadata !== '' && !identifiers.test(metadata)) return undefined;
  const preRelease = cut('-');
  if (preRelease !== '' && !identifiers.test(preRelease)) return undefined;
  const parts = rest.split('.');
  if (parts.length !== 3 || !parts.every((part) => /^[+-]?0*\d{1,19}$/.test(part))) return undefined;
  const numbers = parts.map((part) =>
    part[0] === '-' ? -BigInt(part.slice(1)) : BigInt(part.replace('+', '')),
  );
  if (!numbers.every((value) => BigInt.asIntN(64, value) === value)) return undefined;
  return { numbers, preRelease };
}

/** -1, 0 or 1 by precedence (Semantic Versioning 2.0.0, section 11). */
function compareVersions(a: Version, b: Version): number {
  for (const [index, value] of a.numbers.entries()) {
    const other = b.numbers[index] as bigint;
    if (value !== other) return value < other ? -1 : 1;
  }
  if (a.preRelease === b.preRelease) return 0;
  if (a.preRelease === '') return 1;
  if (b.preRelease === '') return -1;
  const left = a.preRelease.split('.');
  const right = b.preRelease.split('.');
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const order = compareIdentifiers(left[i] as string, right[i] as string);
    if (order !== 0) return order;
  }
  return Math.sign(left.length - right.length);
}

function compareIdentifiers(a: string, b: string): number {
  const numeric = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (numeric[0] !== numeric[1]) return numeric[0] ? -1 : 1;
  if (!numeric[0]) return Math.sign(compareStrings(a, b));
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return Math.sign(x.length - y.length || compareStrings(x, y));
}

export const semverBuiltins: readonly Builtin[] = [
  {
    name: 'semver.compare',
    args: [string, string],
    result: number,
    categories,
    call: (operands) => {
      const texts = [stringOperand(operands[0], 1), stringOperand(operands[1], 2)];
      const [a, b] = texts.map((text, index) => {
        const version = parseVersion(text);
        if (!version) throw fault(`operand ${index + 1}: string ${termText(text)} is not a valid SemVer`);
        return version;
      });
      return compareVersions(a as Version, b as Version);
    },
  },
  {
    name: 'semver.is_valid',
    args: [{ type: 'any' }],
    result: boolean,
    categories,
    call: ([text]) => typeof text === 'string' && parseVersion(text) !== undefined,
  },
];
