import { type Client, type Condition, type CoreEvent, Events, type KubeObject, timestamp } from '@assay/kube';

/**
 * Tells what became of a run as Kubernetes events, as Tekton does: `Started`, each change while it runs by its reason,
 * `Succeeded` or `Failed`. Events are news, not records: one that cannot be written is lost.
 */
export class RunEvents {
  readonly #client: Client;
  readonly #nowMs: () => number;
  #count = 0;

  constructor(client: Client, nowMs: () => number) {
    this.#client = client;
    this.#nowMs = nowMs;
  }

  /** Tells that a run's condition has become another. */
  conditionChanged(run: KubeObject, before: Condition | undefined, after: Condition | undefined): void {
    if (!after || sameCondition(before, after)) return;
    const { status, reason = '', message = '' } = after;
    if (status === 'True') this.tell(run, 'Normal', 'Succeeded', message);
    else if (status === 'False') this.tell(run, 'Warning', 'Failed', message);
    else if (before) this.tell(run, 'Normal', reason, message);
    else this.tell(run, 'Normal', 'Started', '');
  }

  tell(run: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const { namespace, name, uid } = run.metadata;
    const nowMs = this.#nowMs();
    const now = timestamp(nowMs);
    this.#count += 1;
    const suffix = `${nowMs.toString(16)}${this.#count.toString(16).padStart(4, '0')}`;
    const { apiVersion, kind } = run;
    const event: CoreEvent = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: {
        name: `${name}.${suffix}`,
        namespace: namespace!,
        // They go with their run.
        ownerReferences: [{ apiVersion, kind, name: name!, uid: uid! }],
      },
      involvedObject: { apiVersion, kind, namespace: namespace!, name: name!, uid: uid! },
      ...{ type, reason, message: message.slice(0, 1024), count: 1, firstTimestamp: now, lastTimestamp: now },
      source: { component: kind },
      reportingComponent: kind,
      reportingInstance: '',
    };
    this.#client.create(Events, event).catch(() => {});
  }
}

function sameCondition(a: Condition | undefined, b: Condition): boolean {
  return a?.status === b.status && a.reason === b.reason && a.message === b.message;
}
