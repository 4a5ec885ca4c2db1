import assert from 'node:assert/strict';
import { legacyTag } from '@assay/attestation';
import type { Client } from '@assay/kube';
import type { ContentStore } from '@assay/oci';
import {
  isDone,
  type PipelineRun,
  PipelineRuns,
  succeededCondition,
  type TaskRun,
  TaskRuns,
} from '@assay/tekton';

/** What is known of the runs from cycle to cycle, and must not change any more. */
export class CrashInvariants {
  /** The payloads signed, by run and annotation. */
  readonly #payloads = new Map<string, string>();
  /** How runs ended. */
  readonly #ends = new Map<string, string>();
  #version = 0;

  /**
   * Checks what holds at any time. `markers` are the lines that steps have written.
   * @returns how many runs have not ended, and how many that did are not signed
   */
  async check(client: Client, markers: readonly string[]): Promise<{ unfinished: number; unsigned: number }> {
    const [tasks, pipelines] = await Promise.all([client.list(TaskRuns), client.list(PipelineRuns)]);
    assert.ok(Number(tasks.resourceVersion) >= this.#version, 'versions never go back');
    this.#version = Number(tasks.resourceVersion);
    const times = new Map<string, number>();
    for (const marker of markers) times.set(marker, (times.get(marker) ?? 0) + 1);
    for (const [marker, count] of times) assert.equal(count, 1, `the step "${marker}" ran ${count} times`);
    for (const run of tasks.items) checkSteps(run, times);
    checkChildren(tasks.items, pipelines.items);
    const all = [...tasks.items, ...pipelines.items];
    for (const run of all) {
      this.#checkEnd(run);
      this.#checkPayloads(run);
    }
    const done = all.filter(isDone);
    return {
      unfinished: all.length - done.length,
      unsigned: done.filter(({ metadata }) => metadata.annotations?.['chains.tekton.dev/signed'] !== 'true')
        .length,
    };
  }

  #checkEnd(run: TaskRun | PipelineRun): void {
    if (!isDone(run)) {
      assert.ok(!this.#ends.has(run.metadata.uid!), `${run.metadata.name} had ended and goes on`);
      return;
    }
    const { status, reason, message } = succeededCondition(run)!;
    assert.ok(reason && message, `${run.metadata.name} ended without a reason`);
    const end = JSON.stringify([status, reason, run.status?.completionTime]);
    const known = this.#ends.get(run.metadata.uid!) ?? end;
    assert.equal(end, known, `${run.metadata.name} ended twice`);
    this.#ends.set(run.metadata.uid!, end);
  }

  #checkPayloads({ metadata }: TaskRun | PipelineRun): void {
    for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
      if (!key.startsWith('chains.tekton.dev/payload-')) continue;
      const id = `${metadata.uid} ${key}`;
      const known = this.#payloads.get(id) ?? value;
      assert.equal(value, known, `${metadata.name} was signed twice, under different content`);
      this.#payloads.set(id, known);
    }
  }
}

/** A step that the status says has ended well did run, and of a TaskRun that succeeded all did. */
function checkSteps(run: TaskRun, markers: ReadonlyMap<string, number>): void {
  const attempt = run.status?.retriesStatus?.length ?? 0;
  const ran = (step: string) => markers.has(`${run.metadata.uid} ${attempt} ${step}`);
  for (const { name, terminated } of run.status?.steps ?? []) {
    if (terminated?.exitCode === 0) assert.ok(ran(name!), `${run.metadata.name} ${name} did not run`);
  }
  if (succeededCondition(run)?.status === 'True') assert.ok(ran('first') && ran('last'), run.metadata.name);
}

/** Each task of a pipeline has one TaskRun at most. */
function checkChildren(tasks: readonly TaskRun[], pipelines: readonly PipelineRun[]): void {
  for (const { metadata } of pipelines) {
    const children = tasks
      .filter((task) => task.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid))
      .map((task) => task.metadata.labels?.['tekton.dev/pipelineTask']);
    assert.deepEqual(children, [...new Set(children)], `${metadata.name} has started a task twice`);
  }
}

/**
 * The statements in the registry that speak of runs: each run has one content, however often it was stored.
 * @returns how many runs there are statements of
 */
export async function checkStatements(
  registry: ContentStore,
  image: string,
  digest: string,
): Promise<number> {
  const { bytes } = await registry.getManifest(image, legacyTag(digest, 'att'));
  const contents = new Map<string, Set<string>>();
  for (const layer of (JSON.parse(Buffer.from(bytes).toString()) as { layers: { digest: string }[] })
    .layers) {
    const envelope = Buffer.from(await registry.getBlob(image, layer.digest)).toString();
    const text = Buffer.from((JSON.parse(envelope) as { payload: string }).payload, 'base64').toString();
    const statement = JSON.parse(text) as {
      predicate: { runDetails: { metadata: { invocationID?: string; invocationId?: string } } };
    };
    const { invocationID, invocationId } = statement.predicate.runDetails.metadata;
    const id = invocationID ?? invocationId;
    assert.ok(id, `a statement names its run: ${text}`);
    contents.set(id, (contents.get(id) ?? new Set()).add(text));
  }
  for (const [id, texts] of contents)
    assert.equal(texts.size, 1, `run ${id} was signed under different content`);
  return contents.size;
}
