import type { LoadedPolicy } from '../judge/load-policy.ts';
import { parseTime } from '../spec/effective-time.ts';

/** Members by which policies, their data and their configurations say when something begins or ends. */
const timeMembers = new Set(['effective_on', 'expires_on', 'effectiveOn', 'effectiveUntil']);
/** A rule is in force after its day, and an entry ends with its: both have changed a second later. */
const afterMs = 1000;

/**
 * The moments between two times at which a verdict may change: a second after each date that the rules, the data, the rule data or the criteria
 * of a policy name. What else depends on the clock (a weekday, say) is not looked for.
 */
export function changePoints(policy: LoadedPolicy, from: Date, until: Date): Date[] {
  const found = new Set<number>();
  const note = (text: unknown) => {
    const time = typeof text === 'string' ? parseTime(text) : undefined;
    const at = time && time.getTime() + afterMs;
    if (at !== undefined && at > from.getTime() && at <= until.getTime()) found.add(at);
  };
  for (const { source, program } of policy.sources) {
    for (const { effectiveOn } of program.catalogue.rules.values()) note(effectiveOn);
    datesIn(source.volatileConfig, note);
    datesIn(source.ruleData, note);
    datesIn(program.data(), note);
  }
  return [...found].sort((a, b) => a - b).map((at) => new Date(at));
}

/** Every dated member of a document, at any depth. */
export function datesIn(document: unknown, note: (text: unknown) => void): void {
  const work: unknown[] = [document];
  for (let item = work.pop(); item !== undefined || work.length > 0; item = work.pop()) {
    if (typeof item !== 'object' || item === null) continue;
    for (const [name, value] of Object.entries(item)) {
      if (timeMembers.has(name)) note(value);
      else if (typeof value === 'object' && value !== null) work.push(value);
    }
  }
}
