import { parseAddress } from '../net/address.ts';
import { compileRegex, RegexError } from '../regex/engine.ts';
import { parseTime, TimeParseFault } from '../time/parse.ts';
import { isMailAddress } from './mail-address.ts';
import { parseUri } from './uri.ts';

/** Whether a string has a format that schemas name. A format that is not known holds of every string. */
export function hasFormat(format: string, text: string): boolean {
  return formats[format]?.(text) ?? true;
}

const isUri = (text: string) => (parseUri(text)?.scheme ?? '') !== '' && !text.includes('\\');
const isUriReference = (text: string) => parseUri(text) !== undefined && !text.includes('\\');

const formats: Record<string, ((text: string) => boolean) | undefined> = {
  __proto__: null as never,
  date: (text) => isTime(text, '2006-01-02'),
  time: (text) => isTime(text, '15:04:05Z07:00', '15:04:05'),
  'date-time': (text) =>
    isTime(text, '15:04:05', '15:04:05Z07:00', '2006-01-02', '2006-01-02T15:04:05Z07:00'),
  hostname: (text) => text.length < 256 && hostname.test(text),
  email: isMailAddress,
  'idn-email': isMailAddress,
  ipv4: (text) => text.includes('.') && parseAddress(text) !== undefined,
  ipv6: (text) => text.includes(':') && parseAddress(text) !== undefined,
  uri: isUri,
  iri: isUri,
  'uri-reference': isUriReference,
  'iri-reference': isUriReference,
  'uri-template': (text) => {
    const uri = parseUri(text);
    return uri !== undefined && !text.includes('\\') && bracesClose(uri.path);
  },
  uuid: (text) => /^[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$/i.test(text),
  regex: isRegex,
  'json-pointer': (text) => /^(?:\/(?:[^~/]|~0|~1)*)*$/.test(text),
  'relative-json-pointer': (text) => /^(?:0|[1-9][0-9]*)(?:#|(?:\/(?:[^~/]|~0|~1)*)*)$/.test(text),
};

/** Labels of letters, digits and inner hyphens; each begins and ends with neither. */
const hostname = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;

function isTime(text: string, ...layouts: string[]): boolean {
  return layouts.some((layout) => {
    try {
      parseTime(layout, text);
      return true;
    } catch (error) {
      if (error instanceof TimeParseFault) return false;
      throw error;
    }
  });
}

function isRegex(text: string): boolean {
  try {
    compileRegex(text);
    return true;
  } catch (error) {
    if (error instanceof RegexError) return false;
    throw error;
  }
}

/** Whether every `{` has its `}`. */
function bracesClose(text: string): boolean {
  const lastOpen = text.lastIndexOf('{');
  return lastOpen === -1 || text.includes('}', lastOpen);
}
