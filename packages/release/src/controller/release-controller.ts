import {
  type Client,
  type Clock,
  type Controller,
  isKubeError,
  type ReconcileResult,
  timestamp,
} from '@assay/kube';
import { isOciError } from '@assay/oci';
import {
  EnterpriseContractPolicies,
  type EnterpriseContractPolicy,
  type Snapshot,
  Snapshots,
} from '@assay/policy';
import { isDone, isSuccessful, type PipelineRun, PipelineRuns, succeededCondition } from '@assay/tekton';
import { type AdmittedRelease, validateRelease } from '../consent/validate-release.ts';
import { mergeData } from '../data/merge-data.ts';
import { type ComponentTarget, componentTargets } from '../data/targets.ts';
import { ReleaseError } from '../error.ts';
import { verifyCopy } from '../plan/verify-copy.ts';
import { releaseLabels } from '../resources/labels.ts';
import { type Release, type ReleaseStatus, Releases, releaseConditions } from '../resources/release.ts';
import { ReleasePlans } from '../resources/release-plan.ts';
import { ReleasePlanAdmissions } from '../resources/release-plan-admission.ts';
import { refusalText } from '../verdict/judge.ts';
import { type Gate, judgeRelease, readPlan } from './judge-release.ts';
import { managedRun, managedRunName } from './managed-run.ts';
import { writerBefore } from './order.ts';
import { invalid, managedEnded, validated, withCondition } from './release-status.ts';

export interface ReleaseControllerOptions extends Gate {
  client: Client;
  clock: Clock;
}

/** How long what is out of reach is waited for. */
const patienceMs = 5 * 60_000;
const pollMs = 250;

/**
 * Takes each Release from its request to its end: consent of both sides, the verdict of the admission's policy on every component, the
 * managed pipeline, and a look at the target. Nothing is begun in the managed namespace before the verdict is good. All state is in
 * the objects: killed at any moment, the next reconcile goes on, and finds the run that it created.
 */
export function createReleaseController(options: ReleaseControllerOptions): Controller<Release> {
  return {
    name: 'release',
    resource: Releases,
    secondary: [
      {
        resource: PipelineRuns,
        toKeys: ({ metadata: { labels = {} } }) => {
          const name = labels[releaseLabels.name];
          const namespace = labels[releaseLabels.namespace];
          return name !== undefined && namespace !== undefined ? [{ name, namespace }] : [];
        },
      },
    ],
    concurrency: 4,
    reconcile: async (_key, release) =>
      release ? new ReleaseProcess(release, options).advance() : undefined,
  };
}

/** One pass over one Release. */
class ReleaseProcess {
  readonly #release: Release;
  readonly #options: ReleaseControllerOptions;
  #status: ReleaseStatus;

  constructor(release: Release, options: ReleaseControllerOptions) {
    this.#release = release;
    this.#options = options;
    this.#status = release.status ?? {};
  }

  async advance(): Promise<ReconcileResult> {
    if (this.#status.completionTime !== undefined || this.#release.metadata.deletionTimestamp)
      return undefined;
    try {
      return await this.#next();
    } catch (error) {
      if (isOciError(error, 'RegistryUnavailable') && this.#patient()) throw error;
      if (!(error instanceof ReleaseError) && !isOciError(error)) throw error;
      await this.#save(managedEnded(this.#status, 'Failed', this.#now(), told(error)));
      return undefined;
    }
  }

  async #next(): Promise<ReconcileResult> {
    if (this.#status.managedProcessing?.pipelineRun !== undefined) return this.#follow();
    let admitted: AdmittedRelease;
    try {
      admitted = validateRelease(await this.#parts());
    } catch (error) {
      if (!(error instanceof ReleaseError)) throw error;
      await this.#save(invalid(this.#status, told(error), this.#now()));
      return undefined;
    }
    if (!this.#has(releaseConditions.validated)) await this.#accept(admitted);
    const targets = this.#targets(admitted);
    const references = referencesOf(targets);
    if (this.#status.artifacts?.targets === undefined)
      await this.#save({ ...this.#status, artifacts: { ...this.#status.artifacts, targets: references } });
    const policy = await this.#policy(admitted);
    // Created before a crash, and not noted: it is being copied already.
    if (await this.#hasRun(admitted)) return this.#begin(admitted, policy);
    if (await this.#waitsFor(references)) return { requeueAfterMs: pollMs };
    if (this.#status.artifacts?.copyPlan === undefined) {
      await this.#progress('judging');
      const judged = await judgeRelease(admitted, { targets, policy: policy.spec }, this.#options);
      const artifacts = { ...this.#status.artifacts, verdict: judged.verdict };
      if (!judged.copyPlan) {
        this.#status = { ...this.#status, artifacts };
        const message = refusalText(judged.judgement);
        await this.#save(managedEnded(this.#status, 'Failed', this.#now(), message));
        return undefined;
      }
      await this.#save({ ...this.#status, artifacts: { ...artifacts, copyPlan: judged.copyPlan } });
    }
    // Another one may have been asked for, or begun, while this one was judged.
    if (await this.#waitsFor(references)) return { requeueAfterMs: pollMs };
    return this.#begin(admitted, policy);
  }

  async #waitsFor(references: readonly string[]): Promise<boolean> {
    const { items } = await this.#options.client.list(Releases);
    const writer = writerBefore(this.#release, references, items);
    if (writer !== undefined) await this.#progress(`waiting for Release ${writer}, which writes the same`);
    return writer !== undefined;
  }

  async #hasRun({ admission }: AdmittedRelease): Promise<boolean> {
    if (this.#status.artifacts?.copyPlan === undefined) return false;
    const name = managedRunName(this.#release);
    const run = await found<PipelineRun>(
      this.#options.client.get(PipelineRuns, admission.metadata.namespace!, name),
    );
    return run !== undefined;
  }

  async #parts() {
    const { client } = this.#options;
    const { namespace } = this.#release.metadata;
    const { releasePlan, snapshot } = this.#release.spec;
    const plan = await found(client.get(ReleasePlans, namespace!, releasePlan));
    const target = plan?.spec.target;
    return {
      release: this.#release,
      plan,
      snapshot: await found<Snapshot>(client.get(Snapshots, namespace!, snapshot)),
      admissions:
        target === undefined ? [] : (await client.list(ReleasePlanAdmissions, { namespace: target })).items,
    };
  }

  async #accept({ plan, author, standingAuthorization }: AdmittedRelease): Promise<void> {
    const days = this.#release.spec.gracePeriodDays ?? plan.spec.releaseGracePeriodDays ?? 7;
    const facts = {
      attribution: { author, standingAuthorization },
      automated: standingAuthorization,
      target: plan.spec.target!,
      expirationTime: timestamp(this.#now() + days * 24 * 60 * 60_000),
    };
    await this.#save(validated(this.#status, facts, this.#now()));
  }

  #targets({ release, plan, admission, snapshot }: AdmittedRelease): ComponentTarget[] {
    const time = new Date(release.metadata.creationTimestamp!);
    return componentTargets(snapshot, mergeData(release, plan, admission), time);
  }

  async #policy({ admission }: AdmittedRelease): Promise<EnterpriseContractPolicy> {
    const { namespace } = admission.metadata;
    const { policy: name } = admission.spec;
    const policy = await found<EnterpriseContractPolicy>(
      this.#options.client.get(EnterpriseContractPolicies, namespace!, name),
    );
    if (policy) return policy;
    throw new ReleaseError('InvalidRelease', `EnterpriseContractPolicy ${namespace}/${name} does not exist`, {
      hint: `ReleasePlanAdmission ${namespace}/${admission.metadata.name} names it: create it there`,
    });
  }

  /** The run is created before it is noted: what is found under its name is taken for it. */
  async #begin(admitted: AdmittedRelease, policy: EnterpriseContractPolicy): Promise<undefined> {
    const { client } = this.#options;
    const run = managedRun(admitted, {
      policy: policy.spec,
      copyPlan: this.#status.artifacts!.copyPlan!,
    });
    await client.create(PipelineRuns, run).catch((error: unknown) => {
      if (!isKubeError(error, 'AlreadyExists')) throw error;
    });
    const pipelineRun = `${run.metadata.namespace}/${run.metadata.name}`;
    const startTime = timestamp(this.#now());
    const status: ReleaseStatus = {
      ...this.#status,
      managedProcessing: { pipelineRun, startTime },
      managedPipelineAttempts: [{ pipelineRun, startTime, status: 'Progressing' }],
    };
    const { managedPipelineProcessed } = releaseConditions;
    await this.#save(withCondition(status, managedPipelineProcessed, 'Progressing', this.#now()));
  }

  /** The managed run, until it has ended; then the target. */
  async #follow(): Promise<ReconcileResult> {
    const { client } = this.#options;
    const [namespace] = this.#status.managedProcessing!.pipelineRun!.split('/');
    const name = managedRunName(this.#release);
    const run = await found<PipelineRun>(client.get(PipelineRuns, namespace!, name));
    if (!run) throw new ReleaseError('CopyIncomplete', `PipelineRun ${namespace}/${name} was deleted`);
    if (!isDone(run)) return undefined;
    if (!isSuccessful(run)) {
      const condition = succeededCondition(run);
      const message = `PipelineRun ${namespace}/${name} failed: ${condition?.message ?? condition?.reason}`;
      await this.#save(managedEnded(this.#status, 'Failed', this.#now(), message));
      return undefined;
    }
    const plan = await readPlan(this.#status.artifacts!.copyPlan!, this.#options);
    await verifyCopy(this.#options.store, plan);
    const images = plan.images.map((image) => ({
      name: image.component,
      shasum: image.digest,
      urls: [...image.tags.map((tag) => `${image.target}:${tag}`), `${image.target}@${image.digest}`],
    }));
    const status = { ...this.#status, artifacts: { ...this.#status.artifacts, images } };
    await this.#save(managedEnded(status, 'Succeeded', this.#now()));
    return undefined;
  }

  async #progress(message: string): Promise<void> {
    const { managedPipelineProcessed } = releaseConditions;
    const [present] = (this.#status.conditions ?? []).filter(({ type }) => type === managedPipelineProcessed);
    if (present?.message === message) return;
    await this.#save(
      withCondition(this.#status, managedPipelineProcessed, 'Progressing', this.#now(), message),
    );
  }

  async #save(status: ReleaseStatus): Promise<void> {
    const { namespace, name } = this.#release.metadata;
    await this.#options.client.patch(Releases, namespace!, name!, { status }, { subresource: 'status' });
    this.#status = status;
  }

  #has(type: string): boolean {
    return this.#status.conditions?.some((condition) => condition.type === type) ?? false;
  }

  #now(): number {
    return this.#options.clock.now();
  }

  #patient(): boolean {
    const { startTime } = this.#status;
    return startTime === undefined || this.#now() - Date.parse(startTime) < patienceMs;
  }
}

/** Every name under which a release writes. */
function referencesOf(targets: readonly ComponentTarget[]): string[] {
  return targets.flatMap(({ repository, tags }) =>
    tags.length === 0 ? [repository] : tags.map((tag) => `${repository}:${tag}`),
  );
}

async function found<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return undefined;
    throw error;
  }
}

function told(error: Error & { hint?: string | undefined }): string {
  return error.hint === undefined ? error.message : `${error.message}. ${error.hint}`;
}
