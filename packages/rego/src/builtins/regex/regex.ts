import type { Value } from '../../values/value.ts';
import type { Builtin } from '../builtin.ts';
import { fault, integerOperand, stringOperand } from '../operands.ts';
import { arrayOf, boolean, number, string } from '../types.ts';
import { compileRegex, type Regex, RegexError } from './engine.ts';
import { haveCommonMatch } from './globs-intersection.ts';
import { findAll, groupText, replaceMatches, splitAt } from './searches.ts';
import { compileTemplate } from './template.ts';

/** The compiled pattern, or the builtin's fault. */
function compiled(compile: () => Regex): Regex {
  try {
    return compile();
  } catch (error) {
    if (error instanceof RegexError) throw fault(error.message, error);
    throw error;
  }
}

function isValid(pattern: string): boolean {
  try {
    compileRegex(pattern);
    return true;
  } catch (error) {
    if (error instanceof RegexError) return false;
    throw error;
  }
}

function matches([a, b]: readonly Value[]): boolean {
  const pattern = stringOperand(a, 1);
  const text = stringOperand(b, 2);
  return compiled(() => compileRegex(pattern)).test(text);
}

function matchesTemplate([a, b, c, d]: readonly Value[]): boolean {
  const template = stringOperand(a, 1);
  const text = stringOperand(b, 2);
  const open = stringOperand(c, 3);
  const close = stringOperand(d, 4);
  const length = new TextEncoder().encode(open).length;
  if (length !== 1) {
    throw fault(`start delimiter has to be exactly one character long but is ${length} long`);
  }
  if (new TextEncoder().encode(close).length !== 1) {
    // The length of the other delimiter: so it stands in OPA.
    throw fault(`end delimiter has to be exactly one character long but is ${length} long`);
  }
  return compiled(() => compileTemplate(template, open, close)).test(text);
}

export const regexBuiltins: readonly Builtin[] = [
  {
    name: 'regex.is_valid',
    description: "Whether a string is a regular expression in RE2's syntax.",
    args: [string],
    result: boolean,
    call: ([a]) => typeof a === 'string' && isValid(a),
  },
  {
    name: 'regex.match',
    description: 'Whether a regular expression matches somewhere in a string.',
    args: [string, string],
    result: boolean,
    call: matches,
  },
  {
    name: 're_match',
    description: 'The old name of `regex.match`.',
    args: [string, string],
    result: boolean,
    deprecated: true,
    call: matches,
  },
  {
    name: 'regex.split',
    description: 'The parts of a string between the matches of a regular expression.',
    args: [string, string],
    result: arrayOf(string),
    call([a, b], context) {
      const pattern = stringOperand(a, 1);
      const text = stringOperand(b, 2);
      return splitAt(
        compiled(() => compileRegex(pattern)),
        text,
        pattern,
        context,
      );
    },
  },
  {
    name: 'regex.find_n',
    description:
      'The first `n` matches of a regular expression in a string; all of them when `n` is negative.',
    args: [string, string, number],
    result: arrayOf(string),
    call([a, b, c], context) {
      const pattern = stringOperand(a, 1);
      const text = stringOperand(b, 2);
      const limit = Number(integerOperand(c, 3));
      const regex = compiled(() => compileRegex(pattern));
      return findAll(regex, text, limit, context).map((match) => groupText(text, match, 0));
    },
  },
  {
    name: 'regex.find_all_string_submatch_n',
    description:
      'The first `n` matches of a regular expression in a string, each with what its groups matched.',
    args: [string, string, number],
    result: arrayOf(arrayOf(string)),
    call([a, b, c], context) {
      const pattern = stringOperand(a, 1);
      const text = stringOperand(b, 2);
      const limit = Number(integerOperand(c, 3));
      const regex = compiled(() => compileRegex(pattern));
      return findAll(regex, text, limit, context).map((match) =>
        regex.groupNames.map((_, group) => groupText(text, match, group)),
      );
    },
  },
  {
    name: 'regex.replace',
    description:
      'The string with every match of a regular expression replaced; `$1` and `${name}` stand for groups.',
    args: [string, string, string],
    result: string,
    call([a, b, c], context) {
      const text = stringOperand(a, 1);
      const pattern = stringOperand(b, 2);
      const template = stringOperand(c, 3);
      return replaceMatches(
        compiled(() => compileRegex(pattern)),
        text,
        template,
        context,
      );
    },
  },
  {
    name: 'regex.template_match',
    description: 'Whether a string matches a text in which regular expressions stand between delimiters.',
    args: [string, string, string, string],
    result: boolean,
    call: matchesTemplate,
  },
  {
    name: 'regex.globs_match',
    description: 'Whether two simple patterns (`.`, `*`, `+`, `[a-z]`, `\\`) have a string in common.',
    args: [string, string],
    result: boolean,
    call([a, b]) {
      const left = stringOperand(a, 1);
      return haveCommonMatch(left, stringOperand(b, 2));
    },
  },
];
