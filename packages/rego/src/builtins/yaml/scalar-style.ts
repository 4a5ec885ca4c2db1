import { resolveScalar } from './scalar.ts';

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal';

interface Analysis {
  plain: boolean;
  single: boolean;
  literal: boolean;
}

const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/** How go-yaml writes a string in block context: as bare as it can. */
export function styleOf(text: string, asKey: boolean): ScalarStyle {
  const allowed = analyze(text);
  if (text.includes('\n')) return allowed.literal && !asKey ? 'literal' : 'double';
  const safe = resolveScalar(text).tag === 'str' && !base60.test(text);
  if (!safe) return 'double';
  if (allowed.plain && !(text === '' && asKey)) return 'plain';
  return allowed.single ? 'single' : 'double';
}

/** What libyaml finds out of a scalar before it writes it. */
function analyze(text: string): Analysis {
  if (text === '') return { plain: true, single: true, literal: false };
  let indicators = /^(?:---|\.\.\.)/.test(text) || /^[#,[\]{}&*!|>'"%@`]/.test(text);
  indicators ||= /^[-?:](?:[ \t\n\r\0\x85\u2028\u2029]|$)/.test(text);
  indicators ||=
    /.:(?:[ \t\n\r\0\x85\u2028\u2029]|$)/s.test(text) || /[ \t\n\r\0\x85\u2028\u2029]#/.test(text);
  const special = [...text].some((character) => !isPrintable(character));
  const breaks = /[\n\r\x85\u2028\u2029]/;
  const spaceBreak = / [\n\r\x85\u2028\u2029]/.test(text);
  const breakSpace = /[\n\r\x85\u2028\u2029] /.test(text);
  const edges = /^[ \n\r\x85\u2028\u2029]|[ \n\r\x85\u2028\u2029]$/.test(text);
  const hard = special || spaceBreak;
  return {
    plain: !indicators && !hard && !edges && !breaks.test(text),
    single: !hard && !breakSpace,
    literal: !hard && !text.endsWith(' '),
  };
}

/** As libyaml has it: neither tabs nor what lies beyond the basic plane. */
export function isPrintable(character: string): boolean {
  const code = character.codePointAt(0) as number;
  if (code === 0x0a || (code >= 0x20 && code <= 0x7e)) return true;
  return (code >= 0xa0 && code < 0xd800) || (code >= 0xe000 && code <= 0xfffd && code !== 0xfeff);
}
