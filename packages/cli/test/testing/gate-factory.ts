import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Client, createHttpClient } from '@assay/kube';
import { createRegistryClient, type RegistryClient } from '@assay/oci';
import { type Snapshot, Snapshots } from '@assay/policy';
import { type CopyPlan, type Release, Releases, readPlan } from '@assay/release';
import { PipelineRuns } from '@assay/tekton';
import { requireSession } from '../../src/factory/session.ts';
import { FactoryHome, type Outcome, pause } from './factory-home.ts';

const examples = resolve(import.meta.dirname, '../../../../examples');

/** A factory with the trusted library, a team, and a staging and a production that take from it; as examples/gate has them. */
export class GateFactory {
  readonly home: FactoryHome;
  registry = '';
  client!: Client;
  readonly examples = examples;
  values: Record<string, string> = {};

  private constructor(home: FactoryHome) {
    this.home = home;
  }

  static async create(): Promise<GateFactory> {
    const factory = new GateFactory(await FactoryHome.create({ toolbox: false }));
    await factory.must(['images', 'build']);
    await factory.up();
    const library = await factory.data(['library', 'publish']);
    const source = await factory.data([
      'source',
      'add',
      join(examples, 'reproducible-go/app'),
      '--name',
      'hello',
    ]);
    const tasks = await factory.data(['source', 'add', join(examples, 'gate/task'), '--name', 'tasks']);
    const [base] = await factory.data(['images', 'build', 'static']);
    factory.values = {
      REGISTRY: factory.registry,
      SOURCE_URL: source.url,
      SOURCE_COMMIT: source.commit,
      TASKS_URL: tasks.url,
      TASKS_COMMIT: tasks.commit,
      BASE: `${factory.registry}/static@${base.digest}`,
      GIT_CLONE: library.tasks['git-clone-oci-ta'],
      BUILD_GO: library.tasks['build-go-oci-ta'],
    };
    for (const file of ['tenant', 'staging', 'production', 'pipeline-sandbox']) await factory.apply(file);
    return factory;
  }

  async up(): Promise<void> {
    await this.must(['up']);
    const session = await requireSession(this.home.paths);
    this.client = session.client;
    this.registry = session.registryHost;
  }

  async must(args: string[]): Promise<Outcome> {
    const outcome = await this.home.assay(args);
    assert.equal(outcome.code, 0, `assay ${args.join(' ')}: ${outcome.stderr}`);
    return outcome;
  }

  /** What a command says with `-o json`. */
  async data(args: string[]) {
    return JSON.parse((await this.must([...args, '-o', 'json'])).stdout);
  }

  /** Applies a file of examples/gate. */
  async apply(file: string, more: Record<string, string> = {}): Promise<void> {
    const settings = Object.entries({ ...this.values, ...more }).map(([name, value]) => `${name}=${value}`);
    await this.must(['apply', '-f', join(examples, `gate/${file}.yaml`), '--set', ...settings]);
  }

  /** Builds the component by a pipeline, and waits for the Snapshot. */
  async build(name: string, pipeline: string): Promise<Snapshot> {
    await this.apply('build', { NAME: name, PIPELINE: pipeline });
    for (const deadline = Date.now() + 90_000; Date.now() < deadline; await pause(100)) {
      const run = await this.client.get(PipelineRuns, 'team', name);
      const failed = run.status?.conditions?.find(({ status }) => status === 'False');
      assert.equal(failed, undefined, failed?.message);
      const made = run.metadata.annotations?.['appstudio.openshift.io/snapshot'];
      if (made !== undefined) return this.client.get(Snapshots, 'team', made);
      const report = run.metadata.annotations?.['test.appstudio.openshift.io/snapshot-creation-report'];
      assert.equal(report, undefined, report);
    }
    throw new Error(`${name} made no Snapshot`);
  }

  request(snapshot: Snapshot, plan: string, name: string): Promise<Release> {
    return this.client.create(Releases, {
      apiVersion: 'appstudio.redhat.com/v1alpha1',
      kind: 'Release',
      metadata: { name, namespace: 'team' },
      spec: { snapshot: snapshot.metadata.name!, releasePlan: plan },
    });
  }

  async ended(name: string): Promise<Release> {
    for (const deadline = Date.now() + 60_000; Date.now() < deadline; await pause(50)) {
      const release = await this.client.get(Releases, 'team', name);
      if (release.status?.completionTime !== undefined) return release;
    }
    throw new Error(`Release ${name} does not end`);
  }

  /** The tags of a repository of the factory's registry; none where there is no such repository. */
  async tags(repository: string): Promise<string[]> {
    const response = await fetch(`http://${this.registry}/v2/${repository}/tags/list`);
    if (response.status === 404) return [];
    assert.equal(response.status, 200);
    return ((await response.json()) as { tags?: string[] }).tags ?? [];
  }

  /** Removes a repository with all that is in it. */
  async deleteRepository(repository: string): Promise<void> {
    const client = this.registryClient();
    const path = `${this.registry}/${repository}`;
    for (const tag of await client.listTags(path)) {
      const { digest } = await client.resolve(path, tag).catch(() => ({ digest: undefined }));
      if (digest !== undefined) await client.deleteManifest(path, digest);
    }
    client.close();
  }

  /** A client of the factory's registry, with a token for its login or without any. */
  registryClient(token?: string): RegistryClient {
    const login = token === undefined ? undefined : { username: 'test', password: token };
    return createRegistryClient({ credentials: async () => login });
  }

  copyPlan(release: Release): Promise<CopyPlan> {
    return readPlan(release.status!.artifacts!.copyPlan!, { store: () => this.registryClient() });
  }

  /** Another identity at the API, by its token. */
  as(token: string): Client {
    return createHttpClient({ socketPath: join(this.home.paths.run, 'api.sock'), token });
  }

  async remove(): Promise<void> {
    await this.home.assay(['down']);
    this.home.remove();
  }
}

export function reasonOf(release: Release, type = 'Released'): string | undefined {
  return release.status?.conditions?.find((condition) => condition.type === type)?.reason;
}

/** The newest cosign that the setup of the tests brought. */
export function findCosign(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const cache = environment.XDG_CACHE_HOME ?? join(environment.HOME ?? '/root', '.cache');
  const path = join(cache, 'assay/debian/cosign-3/usr/bin/cosign');
  return existsSync(path) ? path : undefined;
}
