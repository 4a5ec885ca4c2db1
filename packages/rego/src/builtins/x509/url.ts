import { unescapeQuery } from '../encoding/urlquery.ts';

/** The members of Go's `url.URL`, as JSON has them. */
export interface GoUrl {
  Scheme: string;
  Opaque: string;
  User: null | Record<string, never>;
  Host: string;
  Path: string;
  Fragment: string;
  RawQuery: string;
  RawPath: string;
  RawFragment: string;
  ForceQuery: boolean;
  OmitHost: boolean;
}

/** Takes a URL apart as Go's `url.Parse` does; undefined if it is none. */
export function parseUrl(text: string): GoUrl | undefined {
  if (/[\x00-\x1f\x7f]/.test(text)) return undefined;
  const url: GoUrl = {
    Scheme: '',
    Opaque: '',
    User: null,
    Host: '',
    Path: '',
    Fragment: '',
    RawQuery: '',
    RawPath: '',
    RawFragment: '',
    ForceQuery: false,
    OmitHost: false,
  };
  try {
    let rest = text;
    const hash = rest.indexOf('#');
    if (hash >= 0) {
      const raw = rest.slice(hash + 1);
      url.Fragment = unescapePath(raw);
      if (encodeURI(url.Fragment) !== raw && raw !== url.Fragment) url.RawFragment = raw;
      rest = rest.slice(0, hash);
    }
    const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(rest);
    if (scheme) {
      url.Scheme = (scheme[1] as string).toLowerCase();
      rest = rest.slice(scheme[0].length);
    } else if (rest.startsWith(':')) {
      return undefined;
    }
    const query = rest.indexOf('?');
    if (query >= 0) {
      url.RawQuery = rest.slice(query + 1);
      url.ForceQuery = url.RawQuery === '';
      rest = rest.slice(0, query);
    }
    if (!rest.startsWith('/')) {
      if (url.Scheme !== '') {
        url.Opaque = rest;
        return url;
      }
      if ((rest.split('/')[0] as string).includes(':')) return undefined;
    }
    if (rest.startsWith('//') && !(url.Scheme === '' && rest.startsWith('///'))) {
      const slash = rest.indexOf('/', 2);
      const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
      rest = slash < 0 ? '' : rest.slice(slash);
      const at = authority.lastIndexOf('@');
      if (at >= 0) url.User = {};
      const host = unescapeHost(authority.slice(at + 1));
      if (host === undefined) return undefined;
      url.Host = host;
    } else if (url.Scheme !== '' && rest.startsWith('/')) {
      url.OmitHost = true;
    }
    url.Path = unescapePath(rest);
    if (encodePath(url.Path) !== rest) url.RawPath = rest;
    return url;
  } catch {
    return undefined;
  }
}

/** The path with what must be escaped escaped, as Go's `EscapedPath` gives it. */
export function escapedPath(url: GoUrl): string {
  return url.RawPath === '' ? encodePath(url.Path) : url.RawPath;
}

function unescapePath(text: string): string {
  return unescapeQuery(text.replaceAll('+', '%2B'));
}

function unescapeHost(text: string): string | undefined {
  const port = /:[^\]]*$/.exec(text)?.[0];
  if (port !== undefined && !/^:\d*$/.test(port)) return undefined;
  if (/[\s"<>\\^`{|}]/.test(text)) return undefined;
  return unescapePath(text);
}

function encodePath(path: string): string {
  return encodeURIComponent(path.toWellFormed())
    .replace(/%(2F|24|26|2B|2C|3A|3B|3D|40)/g, (escaped) => decodeURIComponent(escaped))
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
