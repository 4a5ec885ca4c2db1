import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { ContentStore, RegistryServer } from '@assay/oci';
import { createRegistryClient, createRegistryServer, mediaTypes, openLayoutStore } from '@assay/oci';
import { pack } from 'tar-stream';
import { createResolver } from '../remote.ts';
import type { BundleAccess } from './resolver.ts';
import { bundlesResolver } from './resolver.ts';

const directory = mkdtempSync(join(tmpdir(), 'assay-bundles-'));
let server: RegistryServer;
let registry: ContentStore;
let host = '';
let access: BundleAccess[] = [];
before(async () => {
  server = await createRegistryServer({ store: openLayoutStore(directory) });
  host = await server.listen();
  registry = createRegistryClient();
});
after(async () => {
  await server.close();
  rmSync(directory, { recursive: true });
});

const yaml = (kind: string, name: string) =>
  `apiVersion: tekton.dev/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: {${kind === 'Task' ? 'steps: [{name: s, image: i}]' : 'tasks: [{name: t, taskRef: {name: x}}]'}}\n`;

async function tarOf(name: string, content: string): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name, mode: 0o600 }, content);
  archive.finalize();
  return Buffer.concat(await Array.fromAsync(archive as AsyncIterable<Uint8Array>));
}

interface LayerSpec {
  bytes: Buffer;
  mediaType?: string;
  annotations?: Record<string, string>;
}
const annotated = (kind: string, name: string) => ({
  'dev.tekton.image.kind': kind,
  'dev.tekton.image.name': name,
  'dev.tekton.image.apiVersion': 'v1',
});

/** Pushes a bundle as the `tkn` command makes it. */
async function push(tag: string, layers: LayerSpec[]): Promise<string> {
  const repository = `${host}/team/bundle`;
  const config = await registry.putBlob(repository, Buffer.from('{"architecture":"amd64","os":"linux"}'));
  const descriptors = [];
  for (const { bytes, mediaType = mediaTypes.layerTarGzip, annotations } of layers) {
    const blob = await registry.putBlob(repository, bytes);
    descriptors.push({ ...blob, mediaType, ...(annotations && { annotations }) });
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { ...config, mediaType: mediaTypes.config },
    layers: descriptors,
  };
  const stored = await registry.putManifest(
    repository,
    tag,
    Buffer.from(JSON.stringify(manifest)),
    mediaTypes.manifest,
  );
  return stored.digest;
}

const resolver = () => {
  access = [];
  return createResolver(
    bundlesResolver({
      registry: (asked) => {
        access.push(asked);
        return registry;
      },
    }),
  );
};
const resolve = (kind: 'Task' | 'Pipeline', values: Record<string, string>) =>
  resolver().resolve(
    kind,
    Object.entries(values).map(([name, value]) => ({ name, value: value.replace('HOST', host) })),
    { namespace: 'ns' },
  );

describe('a bundle', () => {
  let digest = '';
  before(async () => {
    digest = await push('v1', [
      {
        bytes: gzipSync(await tarOf('build', yaml('Task', 'build'))),
        annotations: annotated('task', 'build'),
      },
      {
        bytes: await tarOf('flow', yaml('Pipeline', 'flow')),
        mediaType: mediaTypes.layerTar,
        annotations: annotated('pipeline', 'flow'),
      },
      {
        bytes: Buffer.from(yaml('Task', 'raw')),
        mediaType: 'application/yaml',
        annotations: annotated('task', 'raw'),
      },
    ]);
  });
  const bundle = 'HOST/team/bundle:v1';
  test('has an object in each layer, and says where it came from', async () => {
    const { object, source } = await resolve('Task', { bundle, name: 'build', kind: 'Task' });
    assert.equal(object.metadata.name, 'build');
    assert.deepEqual(source, {
      uri: `${host}/team/bundle`,
      digest: { sha256: digest.replace('sha256:', '') },
      entryPoint: 'build',
    });
  });
  test('tars, zipped or not, and plain text', async () => {
    assert.equal(
      (await resolve('Pipeline', { bundle, name: 'flow', kind: 'pipeline' })).object.kind,
      'Pipeline',
    );
    assert.equal((await resolve('Task', { bundle, name: 'raw' })).object.metadata.name, 'raw');
  });
  test('is asked for with the logins of the ServiceAccount and the Secret', async () => {
    await resolve('Task', { bundle, name: 'build', serviceAccount: 'sa', secret: 'login' });
    const { namespace, serviceAccount, secret } = access[0]!;
    assert.deepEqual(
      { namespace, serviceAccount, secret },
      { namespace: 'ns', serviceAccount: 'sa', secret: 'login' },
    );
    await resolve('Task', { bundle, name: 'build' });
    assert.equal(access[0]?.serviceAccount, 'default');
  });
  test('by digest never changes', () => {
    const remote = bundlesResolver({ registry: () => registry });
    assert.equal(remote.isImmutable(new Map([['bundle', `${host}/team/bundle@${digest}`]])), true);
    assert.equal(remote.isImmutable(new Map([['bundle', bundle]])), false);
  });
  const refused: Array<[params: Record<string, string>, message: RegExp]> = [
    [{ name: 'x' }, /^parameter "bundle" required$/],
    [{ bundle }, /^parameter "name" required$/],
    [{ bundle: 'UPPER/case:', name: 'x' }, /^invalid bundle reference: /],
    [{ bundle, name: 'none' }, /^could not find object in image with kind: task and name: none$/],
    [{ bundle: 'HOST/team/bundle:none', name: 'x' }, /^cannot retrieve the oci image: /],
  ];
  for (const [values, message] of refused) {
    test(`refuses ${JSON.stringify(values)}`, async () => {
      await assert.rejects(resolve('Task', values), (error: Error) => {
        assert.match(error.message, message);
        return true;
      });
    });
  }
});

describe('an image that is no bundle', () => {
  const bytes = Buffer.from('x');
  const cases: Array<[tag: string, layers: LayerSpec[], message: RegExp]> = [
    ['none', [{ bytes }], /error: the layer 0 does not contain a dev.tekton.image.apiVersion annotation$/],
    [
      'plural',
      [{ bytes, annotations: annotated('tasks', 'x') }],
      /error: the layer 0 the annotation dev.tekton.image.kind must be lowercased and singular, found tasks$/,
    ],
    [
      'many',
      Array.from({ length: 21 }, (_, index) => ({ bytes, annotations: annotated('task', `t${index}`) })),
      /error: contained more than the maximum 20 allow objects$/,
    ],
  ];
  for (const [tag, layers, message] of cases) {
    test(tag, async () => {
      await push(tag, layers);
      await assert.rejects(
        resolve('Task', { bundle: `HOST/team/bundle:${tag}`, name: 'x' }),
        (error: Error) => {
          assert.match(error.message, /^invalid tekton bundle .*\/team\/bundle:/);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }
  test('a layer that swells when it is unzipped is not read', async () => {
    await push('bomb', [
      { bytes: gzipSync(Buffer.alloc(64 * 1024 * 1024)), annotations: annotated('task', 'x') },
    ]);
    await assert.rejects(
      resolve('Task', { bundle: 'HOST/team/bundle:bomb', name: 'x' }),
      /failed to read image layer/,
    );
  });
});
