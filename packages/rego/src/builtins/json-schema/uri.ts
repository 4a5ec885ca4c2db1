/**
 * A URI as Go's `net/url.Parse` takes it, which is a good deal: undefined only for control characters, broken `%` escapes, a host or
 * port that cannot be one, and a first segment with a colon that is no scheme.
 */
export function parseUri(text: string): { scheme: string; path: string } | undefined {
  if (/[\0-\x1f\x7f]/.test(text)) return undefined;
  const hash = text.indexOf('#');
  if (hash !== -1 && !unescapes(text.slice(hash + 1))) return undefined;
  let rest = hash === -1 ? text : text.slice(0, hash);
  if (rest.startsWith(':')) return undefined;
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(rest)?.[1] ?? '';
  if (scheme !== '') rest = rest.slice(scheme.length + 1);
  const query = rest.indexOf('?');
  if (query !== -1) rest = rest.slice(0, query);
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { scheme, path: '' };
    if (rest.split('/', 1)[0]!.includes(':')) return undefined;
  }
  if (rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'))) {
    const end = rest.indexOf('/', 2);
    if (!isAuthority(end === -1 ? rest.slice(2) : rest.slice(2, end))) return undefined;
    rest = end === -1 ? '' : rest.slice(end);
  }
  return unescapes(rest) ? { scheme, path: rest } : undefined;
}

/** Whether every `%` has its two digits. */
function unescapes(text: string): boolean {
  return !/%(?![0-9a-f]{2})/i.test(text);
}

function isAuthority(authority: string): boolean {
  const at = authority.lastIndexOf('@');
  if (at !== -1 && !/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(authority.slice(0, at))) return false;
  const host = authority.slice(at + 1);
  if (host.startsWith('[')) {
    const close = host.lastIndexOf(']');
    return close !== -1 && /^(?::[0-9]*)?$/.test(host.slice(close + 1));
  }
  const colon = host.lastIndexOf(':');
  if (colon !== -1 && !/^:[0-9]*$/.test(host.slice(colon))) return false;
  // Escapes in a host may only stand for bytes beyond ASCII.
  return /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"\u0080-\uffff]|%[89a-f][0-9a-f])*$/i.test(host);
}
