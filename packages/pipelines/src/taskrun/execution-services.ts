import type { Client, Clock } from '@assay/kube';
import type { ImageStore, Sandbox } from '@assay/sandbox';
import type { FeatureFlags, Resolver } from '@assay/tekton';
import type { CacheStore } from '../caches/cache-store.ts';
import type { LogStore } from '../logs/log-store.ts';
import type { ResultsLimit } from '../results/step-outcomes.ts';
import type { SlotQueue } from '../scheduling/slot-queue.ts';
import type { AccountLogins } from './run-credentials.ts';

/** The feature flags that change how a TaskRun runs. */
export type RuntimeFlags = Pick<
  FeatureFlags,
  'disableCredsInit' | 'requireGitSSHSecretKnownHosts' | 'awaitSidecarReadiness' | 'enableProvenanceInStatus'
>;

/** What executions need from their host. */
export interface ExecutionServices {
  client: Client;
  sandbox: Sandbox;
  images: ImageStore;
  logs: LogStore;
  clock: Clock;
  /** Attempts' own directories; each is removed with its pod. Below the sandbox's home. */
  attemptsDirectory: string;
  /** What persistent volume claims hold. Below the sandbox's home. */
  claimsDirectory: string;
  /** For Tasks and StepActions that are not in the run's namespace. @default none */
  resolvers?: readonly Resolver[];
  /** Between TERM and KILL when a run is stopped, in milliseconds. */
  graceMs: number;
  /** @default 'none' */
  resultsLimit?: ResultsLimit;
  /** What a run's steps are logged in to besides its ServiceAccount's Secrets. @default nothing */
  accountLogins?: AccountLogins;
  /** What workspaces hold from one run to the next. @default nothing is kept */
  caches?: CacheStore;
  /** Who may run at once. @default everyone */
  slots?: SlotQueue;
  /** What of Tekton's feature flags changes how TaskRuns run. @default Tekton's own */
  flags?: RuntimeFlags;
  /** Put into `status.provenance.featureFlags`. */
  featureFlags: Record<string, unknown>;
}
