/** A version of dotted numbers, possibly of a pre-release; build metadata does not count. */
export interface HubVersion {
  segments: readonly number[];
  /** How many segments were written. */
  written: number;
  prerelease: string;
}

type Check = (version: HubVersion) => boolean;

const grammar =
  /^v?(\d+(?:\.\d+)*)(?:-([0-9]+[0-9A-Za-z~-]*(?:\.[0-9A-Za-z~-]+)*|[0-9A-Za-z~-]+(?:\.[0-9A-Za-z~-]+)*))?(?:\+[0-9A-Za-z~.-]+)?$/;

/** Reads `1`, `0.3`, `v1.2.3-rc.1`, with at least three segments; undefined for anything else. */
export function parseVersion(text: string): HubVersion | undefined {
  const match = grammar.exec(text.trim());
  if (match === null) return undefined;
  const segments = (match[1] as string).split('.').map(Number);
  const written = segments.length;
  while (segments.length < 3) segments.push(0);
  return { segments, written, prerelease: match[2] ?? '' };
}

export function formatVersion({ segments, prerelease }: HubVersion): string {
  return segments.join('.') + (prerelease === '' ? '' : `-${prerelease}`);
}

/** Negative when `a` comes before `b`. A pre-release comes before its release; its parts compare as in semver. */
export function compareVersions(a: HubVersion, b: HubVersion): number {
  for (let index = 0; index < Math.max(a.segments.length, b.segments.length); index++) {
    const difference = (a.segments[index] ?? 0) - (b.segments[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return comparePrereleases(a.prerelease, b.prerelease);
}

function comparePrereleases(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '') return 1;
  if (b === '') return -1;
  const [left, right] = [a.split('.'), b.split('.')];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [x, y] = [left[index], right[index]];
    if (x === undefined) return -1;
    if (y === undefined) return 1;
    if (x === y) continue;
    const [isNumberX, isNumberY] = [/^\d+$/.test(x), /^\d+$/.test(y)];
    if (isNumberX && isNumberY) return Number(x) - Number(y);
    if (isNumberX !== isNumberY) return isNumberX ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return 0;
}

/**
 * A constraint such as `0.3`, `>= 0.2, < 1` or `~> 1.2`, all parts of which must hold; undefined when it is none. A
 * constraint without pre-release does not take pre-releases.
 */
export function parseConstraint(text: string): Check | undefined {
  const checks: Check[] = [];
  for (const part of text.split(',')) {
    const match = /^\s*(|=|!=|>=|<=|~>|>|<)\s*([^\s=<>!~].*?)\s*$/.exec(part);
    const version = match === null ? undefined : parseVersion(match[2] as string);
    if (version === undefined) return undefined;
    checks.push(checkOf((match?.[1] ?? '') as string, version));
  }
  return (version) => checks.every((check) => check(version));
}

function checkOf(operator: string, wanted: HubVersion): Check {
  const order: Check = (version) => {
    if (version.prerelease === '') return true;
    return wanted.prerelease !== '' && version.segments.join() === wanted.segments.join();
  };
  switch (operator) {
    case '!=':
      return (version) => compareVersions(version, wanted) !== 0;
    case '>':
      return (version) => order(version) && compareVersions(version, wanted) > 0;
    case '>=':
      return (version) => order(version) && compareVersions(version, wanted) >= 0;
    case '<':
      return (version) => order(version) && compareVersions(version, wanted) < 0;
    case '<=':
      return (version) => order(version) && compareVersions(version, wanted) <= 0;
    case '~>': {
      const fixed = Math.max(wanted.written - 1, 1);
      return (version) =>
        order(version) &&
        compareVersions(version, wanted) >= 0 &&
        wanted.segments.slice(0, fixed).every((segment, index) => version.segments[index] === segment);
    }
    default:
      return (version) => compareVersions(version, wanted) === 0;
  }
}
