import type { YAMLParseError } from 'yaml';

interface Trouble {
  text: string;
  /** Found while scanning: such places are counted from 1, the parser's from 0. */
  scanned: boolean;
  at: number;
}

/** An error of the parser in the words that libyaml, and so OPA, has for its like; on the first line no line is named. */
export function syntaxMessage(error: YAMLParseError, source: string): string {
  const { text, scanned, at } = troubleOf(error, source);
  const before = source.slice(0, at);
  let line = before.split('\n').length - 1;
  // The end of the text counts as one line further.
  if (at >= source.trimEnd().length && !before.endsWith('\n') && !scanned) line += 1;
  if (line === 0) return text;
  return `line ${scanned ? line + 1 : line}: ${text}`;
}

function troubleOf(error: YAMLParseError, source: string): Trouble {
  const at = error.pos[0];
  const scanned = (text: string, place = at): Trouble => ({ text, scanned: true, at: place });
  const parsed = (text: string, place = at): Trouble => ({ text, scanned: false, at: place });
  const colonAfter = (place: number) => {
    const found = source.slice(place).search(/:(?:\s|$)/);
    return found < 0 ? place : place + found;
  };
  switch (error.code) {
    case 'MISSING_CHAR':
    case 'BAD_INDENT':
      if (/^Flow (?:sequence|map)/.test(error.message)) return parsed(unfinished(error.message, source, at));
      if (/quote/.test(error.message)) return scanned('found unexpected end of stream');
      return error.code === 'BAD_INDENT'
        ? parsed('did not find expected key')
        : scanned("could not find expected ':'", source.length);
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY': {
      if (source[at] === '?') return scanned('mapping keys are not allowed in this context');
      const first = colonAfter(at);
      return scanned('mapping values are not allowed in this context', first);
    }
    case 'TAB_AS_INDENT':
    case 'BAD_SCALAR_START':
      return scanned('found character that cannot start any token');
    case 'BAD_ALIAS':
      return scanned('did not find expected alphabetic or numeric character');
    case 'BAD_DQ_ESCAPE':
      return scanned('found unknown escape character');
    case 'BAD_DIRECTIVE':
      return scanned('found unknown directive name');
    case 'TAG_RESOLVE_FAILED':
      return /Verbatim/.test(error.message)
        ? scanned('did not find expected tag URI')
        : parsed('found undefined tag handle');
    default:
      return unexpected(error.message, source, at, scanned, parsed);
  }
}

function unexpected(
  message: string,
  source: string,
  at: number,
  scanned: (text: string) => Trouble,
  parsed: (text: string) => Trouble,
): Trouble {
  if (/block-seq-ind/.test(message)) return scanned('block sequence entries are not allowed in this context');
  if (/Block scalar header/.test(message)) return scanned('did not find expected comment or line break');
  if (/flow-(?:map|seq)-end/.test(message) && source.slice(0, at).trim() === '') {
    return parsed('did not find expected node content');
  }
  if (/node end/.test(message) && /^\s*-\s/.test(source))
    return parsed("did not find expected '-' indicator");
  return parsed('did not find expected key');
}

/** A flow collection that ends too early: before anything of it, or within. */
function unfinished(message: string, source: string, at: number): string {
  if (/[[{,]\s*$/.test(source.slice(0, at + 1))) return 'did not find expected node content';
  return `did not find expected ',' or '${/sequence/.test(message) ? ']' : '}'}'`;
}
