import { resolve } from 'node:path';
import { act, claim } from '../../reproducible-go/demo/claims.ts';
import { assay, must } from '../../reproducible-go/demo/command.ts';
import type { Factory, Source } from '../../reproducible-go/demo/runs.ts';

const example = resolve(import.meta.dirname, '..');

interface Verdict {
  result: string;
  violations?: { code: string; message: string }[];
}

interface Release {
  status: {
    conditions: { type: string; status: string; message: string }[];
    artifacts: { verdict?: Verdict; images?: { urls: string[] }[] };
  };
}

interface Library {
  tasks: Record<string, string>;
}

async function data<T>(args: string[]): Promise<T> {
  return JSON.parse((await must([...args, '-o', 'json'], { quiet: true })).stdout) as T;
}

async function apply(files: string[], values: Record<string, string>): Promise<void> {
  const settings = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  const paths = files.map((file) => `${example}/${file}.yaml`);
  await must(['apply', '-f', ...paths, '--set', ...settings], { quiet: true });
  console.log(`applied ${files.map((file) => `examples/gate/${file}.yaml`).join(', ')}`);
}

async function tagsOf(registry: string, repository: string): Promise<string[]> {
  const response = await fetch(`http://${registry}/v2/${repository}/tags/list`);
  return response.ok ? (((await response.json()) as { tags?: string[] }).tags ?? []) : [];
}

/** A name that no earlier demo on this home has used. */
function fresh(name: string): string {
  return `${name}-${Date.now().toString(36)}`;
}

/** Asks for a release of a build, and shows the verdict as it is told. */
async function release(build: string, plan: string): Promise<Release> {
  const name = `${build}-${plan}`;
  await assay(['release', '--build', build, '--plan', plan, '-n', 'team', '--name', name]);
  const shown = await assay(['release', '--show', name, '-n', 'team', '-o', 'json'], { quiet: true });
  return JSON.parse(shown.stdout) as Release;
}

function isReleased({ status }: Release): boolean {
  return status.conditions.some(({ type, status: held }) => type === 'Released' && held === 'True');
}

/**
 * The gate: a task of the team's own is refused by production and named, then promoted, and the same source is released with one task
 * reference changed.
 */
export async function gate(factory: Factory, source: Source, base: string): Promise<void> {
  act(
    'A gate that asks who touched it',
    'A team builds with a task from its own repository. The build is fine; production wants to know every task.',
  );
  const { registry } = factory;
  const { tasks } = await data<Library>(['library', 'publish']);
  const sandbox = await data<Source>(['source', 'add', `${example}/task`, '--name', 'team-tasks']);
  const values = {
    REGISTRY: registry,
    SOURCE_URL: source.url,
    SOURCE_COMMIT: source.commit,
    TASKS_URL: sandbox.url,
    TASKS_COMMIT: sandbox.commit,
    BASE: base,
    GIT_CLONE: tasks['git-clone-oci-ta']!,
    BUILD_GO: tasks['build-go-oci-ta']!,
  };
  await apply(['tenant', 'staging', 'production', 'pipeline-sandbox'], values);

  const before = await tagsOf(registry, 'production/hello');
  const first = fresh('sandbox');
  await apply(['build'], { ...values, NAME: first, PIPELINE: 'build-sandbox' });
  const staged = await release(first, 'staging');
  claim('staging takes what the factory built and signed', isReleased(staged), urlOf(staged));
  const refused = await release(first, 'production');
  const violations = refused.status.artifacts.verdict?.violations ?? [];
  const named = violations.find(({ message }) => message.includes('"stamp"'));
  claim(
    'production refuses a task that nobody reviewed, by name',
    !isReleased(refused) && named !== undefined,
    named ? `${named.code}: stamp` : 'no violation names it',
  );
  const after = await tagsOf(registry, 'production/hello');
  claim(
    'a refused release leaves nothing behind',
    after.join() === before.join(),
    `${after.length} tags in production/hello, as before`,
  );

  act(
    'The task becomes a trusted one',
    'It is bundled, checked and promoted; the pipeline names the bundle now.',
  );
  const { bundle } = await data<{ bundle: string }>(['task', 'bundle', `${example}/task/stamp.yaml`]);
  await must(['task', 'promote', bundle]);
  await apply(['pipeline-trusted'], { ...values, STAMP: bundle });
  const second = fresh('trusted');
  await apply(['build'], { ...values, NAME: second, PIPELINE: 'build-trusted' });
  const released = await release(second, 'production');
  claim('with one task reference changed, it is released', isReleased(released), urlOf(released));
  const { stdout } = await assay(['tree', `${registry}/production/hello:1.0`]);
  claim(
    'source, tasks, verdict and release stand at the target, signed',
    ['source ', 'verdict ', 'release ', '✔ stamp'].every((part) => stdout.includes(part)),
    'assay tree',
  );
  await assay(['task', 'revoke', bundle], { quiet: true });
}

function urlOf({ status }: Release): string {
  return status.artifacts.images?.[0]?.urls[0] ?? status.conditions.map(({ message }) => message).join(' ');
}
