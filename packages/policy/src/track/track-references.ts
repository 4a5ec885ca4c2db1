import { parseDocument } from 'yaml';
import { PolicyError } from '../error.ts';
import { parseTime, timeText } from '../spec/effective-time.ts';

/** A task to trust: `oci://repository:tag` with its digest, or `git+URL//path` with its commit. */
export interface TrackedReference {
  key: string;
  ref: string;
}

export interface TrackOptions {
  /** When a list was written before: its text. */
  present?: string;
  /** Names that text in errors. */
  place?: string;
  now: Date;
  /** How many days a reference stays trusted after a newer one came. @default 60 */
  inEffectDays?: number;
  /** Leave out what has expired. @default true */
  prune?: boolean;
}

interface TrustRecord {
  ref: string;
  effective_on?: string;
  expires_on?: string;
}

const dayMs = 24 * 3600 * 1000;

/**
 * Adds references to a list of trusted tasks. The newest of a task comes first and never expires; the one it replaces does, so many days from now.
 * A reference that is the newest already changes nothing.
 * @returns the whole document: `trusted_tasks` and whatever else it held
 * @throws PolicyError InvalidInput for a text that holds no such list
 */
export function trackReferences(
  references: readonly TrackedReference[],
  options: TrackOptions,
): Record<string, unknown> {
  const { present = '', place = 'the list', now, inEffectDays = 60, prune = true } = options;
  const document = read(present, place);
  const tasks = recordsOf(document.trusted_tasks, place);
  const expiry = timeText(new Date(now.getTime() + inEffectDays * dayMs));
  for (const { key, ref } of references) {
    const records = tasks.get(key) ?? [];
    if (records[0]?.ref === ref && records[0].expires_on === undefined) continue;
    const older = records
      .filter((record) => record.ref !== ref)
      .map((record) => (record.expires_on === undefined ? { ...record, expires_on: expiry } : record));
    tasks.set(key, [{ ref }, ...older]);
  }
  if (prune) {
    for (const [key, records] of tasks)
      tasks.set(
        key,
        records.filter((record) => !isPast(record.expires_on, now)),
      );
  }
  const sorted = [...tasks].filter(([, records]) => records.length > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...document, trusted_tasks: Object.fromEntries(sorted) };
}

function isPast(text: string | undefined, now: Date): boolean {
  const time = text === undefined ? undefined : parseTime(text);
  return time !== undefined && time <= now;
}

function read(text: string, place: string): Record<string, unknown> {
  const parsed = parseDocument(text, { logLevel: 'silent' });
  const [error] = parsed.errors;
  if (error) throw new PolicyError('InvalidInput', `${place}: ${error.message.trim()}`, { cause: error });
  const value: unknown = parsed.toJS({ maxAliasCount: 100 });
  if (value === null || value === undefined) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new PolicyError('InvalidInput', `${place} holds no object with trusted_tasks`);
}

function recordsOf(value: unknown, place: string): Map<string, TrustRecord[]> {
  const tasks = new Map<string, TrustRecord[]>();
  for (const [key, records] of Object.entries(value ?? {})) {
    const isList = Array.isArray(records) && records.every((record) => typeof record?.ref === 'string');
    if (!isList) {
      throw new PolicyError(
        'InvalidInput',
        `${place}: trusted_tasks[${JSON.stringify(key)}] is no list of {ref, expires_on}`,
      );
    }
    tasks.set(key, records as TrustRecord[]);
  }
  return tasks;
}
