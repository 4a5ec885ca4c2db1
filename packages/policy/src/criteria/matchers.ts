/** What the criteria are matched against. */
export interface Criterial {
  /** `package.rule`; with more parts the last two count as these. */
  code: string;
  terms: readonly string[];
  collections: readonly string[];
}

/** Every criterion that names this result: by package, rule, term and collection, and `*`. */
export function matchersOf({ code, terms, collections }: Criterial): string[] {
  const byCollection = collections.map((collection) => `@${collection}`);
  const parts = code.split('.');
  if (parts.length < 2) return ['*', ...byCollection];
  const rule = parts.at(-1)!;
  const pack = parts.at(-2)!;
  const names = [pack, `${pack}.*`, `${pack}.${rule}`];
  const byTerm = terms
    .filter((term) => term !== '')
    .flatMap((term) => names.map((name) => `${name}:${term}`));
  return [...names, ...byTerm, '*', ...byCollection];
}

/** How specific a criterion is: a named rule outweighs its package, a term outweighs all, a collection counts ten. */
export function scoreOf(criterion: string): number {
  if (criterion.startsWith('@')) return 10;
  const colon = criterion.indexOf(':');
  const name = colon < 0 ? criterion : criterion.slice(0, colon);
  const byTerm = colon >= 0 && colon < criterion.length - 1 ? 100 : 0;
  const parts = name.split('.');
  if (parts.length === 1) return byTerm + (name === '*' ? 1 : 10);
  const byPackage = parts.slice(0, -1).join('.') === '*' ? 1 : 10 * (parts.length - 1);
  const rule = parts.at(-1)!;
  return byTerm + byPackage + (rule === '*' || rule === '' ? 0 : 100);
}
