import type { Client } from '@assay/kube';
import { type TaskRun, type TaskRunStatus, TaskRuns } from '@assay/tekton';

/**
 * Writes one TaskRun's status, of which the execution in this process is the only author. Changes that come while a
 * write is under way are written together by the next one.
 */
export class StatusWriter {
  readonly #client: Client;
  readonly #taskRun: TaskRun;
  readonly #current: () => TaskRunStatus;
  #dirty = false;
  #writing: Promise<void> | undefined;

  constructor(client: Client, taskRun: TaskRun, current: () => TaskRunStatus) {
    this.#client = client;
    this.#taskRun = taskRun;
    this.#current = current;
  }

  /** Writes soon. Failures are left to `flush`, which writes the whole status again. */
  changed(): void {
    this.#dirty = true;
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = undefined;
    });
    this.#writing.catch(() => {});
  }

  /**
   * Resolves when the status as it is now is stored.
   * @throws KubeError when it could not be
   */
  async flush(): Promise<void> {
    await this.#writing?.catch(() => {});
    this.#dirty = true;
    await this.#drain();
  }

  async #drain(): Promise<void> {
    while (this.#dirty) {
      this.#dirty = false;
      const { apiVersion, kind, metadata } = this.#taskRun;
      const { namespace, name, uid } = metadata;
      await this.#client.updateStatus(TaskRuns, {
        apiVersion,
        kind,
        metadata: { namespace: namespace!, name: name!, uid: uid! },
        spec: this.#taskRun.spec,
        status: structuredClone(this.#current()),
      });
    }
  }
}
