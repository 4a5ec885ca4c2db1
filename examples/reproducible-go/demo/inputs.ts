import { createHash } from 'node:crypto';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from './command.ts';
import { example, type Factory, type Source, scratch } from './runs.ts';

/** What a build is made from, as its PipelineRun names it. */
export interface Inputs {
  url: string;
  revision: string;
  base: string;
  /** Brings about what the names stand for when this build starts. */
  prepare?(): Promise<void>;
}

/** Sources of non-determinism outside the build: switched on by naming an input by something that moves. */
export const drifts = ['source', 'base-image'];

export function pipelineRun(
  name: string,
  factory: Factory,
  { url, revision, base }: Inputs,
  leaks: string[],
): string {
  const switches = leaks.filter((leak) => leak !== 'source');
  return JSON.stringify({
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: { name },
    spec: {
      pipelineRef: { name: 'reproducible-go' },
      params: [
        { name: 'git-url', value: url },
        { name: 'revision', value: revision },
        { name: 'output-image', value: `${factory.registry}/demo/hello:${name}` },
        { name: 'base-image', value: base },
        ...(switches.length > 0 ? [{ name: 'nondeterminism', value: switches }] : []),
      ],
    },
  });
}

/** Both builds from the same commit and the same base image, each named so that it cannot move. */
export function pinned({ url, commit }: Source, base: string): [Inputs, Inputs] {
  const inputs = { url, revision: commit, base };
  return [{ ...inputs }, { ...inputs }];
}

/** The source by branch, and a commit on it between the two builds. */
export function driftSource(first: Inputs, second: Inputs): void {
  const files = join(scratch, 'drifting');
  const publish = async (): Promise<void> => {
    const { stdout } = await must(['source', 'add', files, '--name', 'drifting', '-o', 'json'], {
      data: true,
    });
    console.log(`the branch main is now ${(JSON.parse(stdout) as Source).commit}`);
  };
  for (const inputs of [first, second]) {
    inputs.url = inputs.url.replace(/[^/]+$/, 'drifting.git');
    inputs.revision = 'main';
  }
  first.prepare = async () => {
    cpSync(join(example, 'app'), files, { recursive: true });
    await publish();
  };
  second.prepare = async () => {
    writeFileSync(join(files, 'assets/index.html'), '<p>changed meanwhile</p>\n');
    await publish();
  };
}

/** The base image by tag, and another image under that tag between the two builds. */
export function driftBase(first: Inputs, second: Inputs, { registry }: Factory): void {
  const tagged = `${registry}/demo/base:latest`;
  const pinnedBase = first.base.slice(first.base.lastIndexOf('@') + 1);
  const prepare = async (label: string): Promise<void> => {
    const digest = await pushVariant(`http://${registry}/v2`, 'static', pinnedBase, 'demo/base', label);
    console.log(`the tag ${tagged} is now ${digest}`);
  };
  const earlier = first.prepare;
  const later = second.prepare;
  first.base = second.base = tagged;
  first.prepare = async () => {
    await earlier?.();
    await prepare('one');
  };
  second.prepare = async () => {
    await later?.();
    await prepare('two');
  };
}

/** Pushes an image again with another label, under the tag `latest`: what a base image's maintainers do every day. */
async function pushVariant(
  api: string,
  from: string,
  digest: string,
  to: string,
  label: string,
): Promise<string> {
  const get = async (path: string) => {
    const response = await fetch(`${api}/${path}`, { headers: { accept: manifestType } });
    if (!response.ok) throw new Error(`the registry answers ${response.status} for ${path}`);
    return (await response.json()) as Record<string, never>;
  };
  const manifest = (await get(`${from}/manifests/${digest}`)) as unknown as {
    config: { digest: string; size: number };
    layers: { digest: string }[];
  };
  const config = (await get(`${from}/blobs/${manifest.config.digest}`)) as { config?: object };
  const bytes = JSON.stringify({ ...config, config: { ...config.config, Labels: { variant: label } } });
  manifest.config = { ...manifest.config, digest: sha256(bytes), size: Buffer.byteLength(bytes) };
  for (const layer of manifest.layers) {
    await fetch(`${api}/${to}/blobs/uploads/?mount=${layer.digest}&from=${from}`, { method: 'POST' });
  }
  await fetch(`${api}/${to}/blobs/uploads/?digest=${manifest.config.digest}`, {
    method: 'POST',
    body: bytes,
  });
  const body = JSON.stringify(manifest);
  const put = await fetch(`${api}/${to}/manifests/latest`, {
    method: 'PUT',
    headers: { 'content-type': manifestType },
    body,
  });
  if (!put.ok) throw new Error(`the registry answers ${put.status} to the new base image`);
  return sha256(body);
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';

function sha256(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
