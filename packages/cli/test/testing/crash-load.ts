import assert from 'node:assert/strict';
import { type Client, type ConfigMap, ConfigMaps, isKubeError } from '@assay/kube';
import { type PipelineRun, PipelineRuns, type TaskRun, TaskRuns } from '@assay/tekton';

/** The states that a ConfigMap may be in, as the acknowledgements tell: its value, or undefined when it is not there. */
type Allowed = Set<number | undefined>;

/** Work for a factory that may be killed at any moment, and the memory of what it has acknowledged. */
export class CrashLoad {
  /** Runs whose creation was acknowledged, by `<kind>/<name>`. */
  readonly runs = new Set<string>();
  readonly #maps = new Map<string, Allowed>();
  readonly #random: () => number;
  readonly #toolbox: { url: string; digest: string };
  #count = 0;
  /** How many writes were acknowledged. */
  acknowledged = 0;

  constructor(random: () => number, toolbox: { url: string; digest: string }) {
    this.#random = random;
    this.#toolbox = toolbox;
  }

  /** Creates runs, and writes ConfigMaps as fast as they are taken, until the factory is gone or told to stop. */
  async drive(client: Client, stop: AbortSignal): Promise<void> {
    await Promise.all([
      this.#createRuns(client),
      ...Array.from({ length: 4 }, (_, writer) => this.#write(client, writer, stop)),
    ]);
  }

  /** Creates one more TaskRun, which nothing is to disturb. */
  async createLast(client: Client): Promise<void> {
    const { metadata } = await client.create(TaskRuns, this.#taskRun('last'));
    this.runs.add(`TaskRun/${metadata.name}`);
  }

  async #createRuns(client: Client): Promise<void> {
    for (let index = 0; index < 2; index++) {
      const name = `run-${this.#count++}`;
      const isPipeline = this.#random() < 0.3;
      try {
        if (isPipeline) await client.create(PipelineRuns, this.#pipelineRun(name));
        else await client.create(TaskRuns, this.#taskRun(name));
      } catch (error) {
        assert.ok(isGone(error), String(error));
        return;
      }
      this.acknowledged++;
      this.runs.add(`${isPipeline ? 'PipelineRun' : 'TaskRun'}/${name}`);
    }
  }

  async #write(client: Client, writer: number, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const name = `map-${writer}-${Math.floor(this.#random() * 3)}`;
      const allowed = this.#maps.get(name) ?? new Set([undefined]);
      const [now] = allowed;
      const wanted = now !== undefined && this.#random() < 0.2 ? undefined : this.#count++;
      this.#maps.set(name, new Set([now, wanted]));
      try {
        if (wanted === undefined) await client.delete(ConfigMaps, 'default', name);
        else if (now === undefined) await client.create(ConfigMaps, configMap(name, wanted));
        else await client.update(ConfigMaps, configMap(name, wanted));
      } catch (error) {
        assert.ok(isGone(error), `${name}: ${error}`);
        return;
      }
      this.acknowledged++;
      this.#maps.set(name, new Set([wanted]));
    }
  }

  /** Fails unless everything acknowledged is there as it was. */
  async check(client: Client): Promise<void> {
    const { items } = await client.list<ConfigMap>(ConfigMaps, { namespace: 'default' });
    const found = new Map(items.map(({ metadata, data }) => [metadata.name!, Number(data?.value)]));
    for (const [name, allowed] of this.#maps) {
      const value = found.get(name);
      assert.ok(allowed.has(value), `${name} is ${value}, acknowledged was ${[...allowed].join(' or ')}`);
      this.#maps.set(name, new Set([value]));
    }
    const lists = await Promise.all([client.list(TaskRuns), client.list(PipelineRuns)]);
    const present = new Set(
      lists.flatMap(({ items }) => items.map((run) => `${run.kind}/${run.metadata.name}`)),
    );
    for (const run of this.runs) assert.ok(present.has(run), `${run} was acknowledged and is gone`);
  }

  #step(name: string) {
    return {
      name,
      image: 'localhost/toolbox',
      script: [
        '#!/bin/sh',
        `echo "$(context.taskRun.uid) $(context.task.retry-count) ${name}" >> $(workspaces.data.path)/markers`,
        ...(name === 'last'
          ? [
              'printf %s "$URL" > $(results.IMAGE_URL.path)',
              'printf %s "$DIGEST" > $(results.IMAGE_DIGEST.path)',
            ]
          : []),
      ].join('\n'),
      env: [
        { name: 'URL', value: this.#toolbox.url },
        { name: 'DIGEST', value: this.#toolbox.digest },
      ],
    };
  }

  #taskSpec() {
    return {
      workspaces: [{ name: 'data' }],
      results: [{ name: 'IMAGE_URL' }, { name: 'IMAGE_DIGEST' }],
      steps: [this.#step('first'), this.#step('last')],
    };
  }

  #taskRun(name: string): TaskRun {
    return {
      apiVersion: 'tekton.dev/v1',
      kind: 'TaskRun',
      metadata: { name, namespace: 'default' },
      spec: {
        retries: this.#random() < 0.5 ? 1 : 0,
        taskSpec: this.#taskSpec(),
        workspaces: [{ name: 'data', persistentVolumeClaim: { claimName: 'markers' } }],
      },
    };
  }

  #pipelineRun(name: string): PipelineRun {
    const workspaces = [{ name: 'data', workspace: 'data' }];
    return {
      apiVersion: 'tekton.dev/v1',
      kind: 'PipelineRun',
      metadata: { name, namespace: 'default' },
      spec: {
        pipelineSpec: {
          workspaces: [{ name: 'data' }],
          tasks: [
            { name: 'a', taskSpec: this.#taskSpec(), workspaces },
            { name: 'b', taskSpec: this.#taskSpec(), workspaces, runAfter: ['a'] },
          ],
        },
        workspaces: [{ name: 'data', persistentVolumeClaim: { claimName: 'markers' } }],
      },
    };
  }
}

function configMap(name: string, value: number): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data: { value: String(value) },
  };
}

/** What a call to a factory that was killed meanwhile may end with. */
function isGone(error: unknown): boolean {
  return isKubeError(error, 'Unavailable') || isKubeError(error, 'StoreClosed');
}
