import type { Client, Clock } from '@assay/kube';
import type { DefaultsConfig, Resolver, ValidationOptions } from '@assay/tekton';
import { defaultTimeoutMinutes } from '@assay/tekton';
import type { RunEvents } from '../events/run-events.ts';
import type { Children } from './children.ts';
import type { PinnedSpecs } from './pinned-specs.ts';
import type { SettledRuns } from './settled-runs.ts';

/** What every stage of a turn works with. */
export interface Context {
  client: Client;
  clock: Pick<Clock, 'now'>;
  children: Children;
  specs: PinnedSpecs;
  settled: SettledRuns;
  events: RunEvents;
  resolvers: readonly Resolver[];
  validation: ValidationOptions;
  /** For `status.provenance`. */
  recordedFlags: Record<string, unknown> | undefined;
  defaults: DefaultsConfig;
}

/** The limit of a run, and of a TaskRun, that sets none; milliseconds, 0 for no limit. */
export function defaultTimeoutMs({ defaults }: Context): number {
  return (defaults.timeoutMinutes ?? defaultTimeoutMinutes) * 60_000;
}
