const atom = "[A-Za-z0-9!#$%&'*+\\-/=?^_`{|}~\\u0080-\\uffff]+";
const quoted = '"(?:[^"\\\\\\r\\n]|\\\\[^\\r\\n])*"';
const domain = `(?:${atom}(?:\\.${atom})*|\\[[^\\[\\]\\\\\\s]*\\])`;
const address = `(?:${atom}(?:\\.${atom})*|${quoted})@${domain}`;

const bare = new RegExp(`^[ \\t]*${address}[ \\t]*$`);
const angled = new RegExp(`^<${address}>[ \\t]*$`);
const word = new RegExp(`^[ \\t]*(?:${atom}(?:\\.${atom})*\\.?|${quoted})`);

/** One address of RFC 5322: `a@b.c`, or with a name before it: `Some Body <a@b.c>`. */
export function isMailAddress(text: string): boolean {
  if (text.length > 10_000) return false;
  if (bare.test(text)) return true;
  const open = text.lastIndexOf('<');
  if (open === -1 || !angled.test(text.slice(open))) return false;
  // The name: words one after the other.
  let name = text.slice(0, open);
  while (name.trim() !== '') {
    const match = word.exec(name);
    if (!match || match[0].trim() === '') return false;
    name = name.slice(match[0].length);
  }
  return true;
}
