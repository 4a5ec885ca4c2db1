import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createResolver } from '../remote.ts';
import { hubResolver } from './resolver.ts';
import { compareVersions, formatVersion, parseConstraint, parseVersion } from './version.ts';

const yaml = (version: string) =>
  `apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: git-clone, labels: {version: "${version}"}}\nspec: {steps: [{name: s, image: i}]}\n`;
const versions = ['0.9.0', '0.10.0', '0.2.1', '1.0.0'];
let origin = '';
let asked: string[] = [];
/** Answers as Artifact Hub and a Tekton Hub do. */
const server = createServer((request, response) => {
  asked.push(request.url ?? '');
  const json = (body: unknown) => response.end(JSON.stringify(body));
  const artifact = /^\/api\/v1\/packages\/tekton-task\/tekton-catalog-tasks\/git-clone(?:\/(.*))?$/.exec(
    request.url ?? '',
  );
  const tekton = /^\/v1\/resource\/Tekton\/task\/git-clone(?:\/([^/]*)\/yaml)?$/.exec(request.url ?? '');
  if (artifact && artifact[1] === undefined) {
    const listed = versions.map((version) => ({ version, prerelease: false, ts: 1 }));
    json({
      name: 'git-clone',
      version: '1.0.0',
      available_versions: [...listed, { version: '2.0.0-rc.1', prerelease: true }],
    });
  } else if (artifact && versions.includes(artifact[1] ?? '')) {
    json({ version: artifact[1], data: { manifestRaw: yaml(artifact[1] ?? '') } });
  } else if (tekton && tekton[1] === undefined) {
    json({ data: { versions: [{ version: '0.9' }, { version: '0.10' }] } });
  } else if (tekton) json({ data: { yaml: yaml(tekton[1] ?? '') } });
  else response.writeHead(404).end('{"message":"not found"}');
});
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

const resolve = (values: Record<string, string>, urls: string[] = [origin], tektonHubUrls: string[] = []) => {
  asked = [];
  const params = Object.entries(values).map(([name, value]) => ({ name, value }));
  const remote = hubResolver({ artifactHubUrls: urls, tektonHubUrls, network: { allowLoopback: true } });
  return createResolver(remote).resolve('Task', params, { namespace: 'n' });
};
const clone = { name: 'git-clone', version: '0.9' };

describe('a hub', () => {
  test('has a Task by its version, with the digest of its text', async () => {
    const { object, source } = await resolve(clone);
    assert.equal(object.metadata.labels?.version, '0.9.0');
    assert.deepEqual(source, {
      uri: `${origin}/api/v1/packages/tekton-task/tekton-catalog-tasks/git-clone/0.9.0`,
      digest: { sha256: createHash('sha256').update(yaml('0.9.0')).digest('hex') },
    });
  });
  const chosen: Array<[constraint: string, version: string]> = [
    ['>= 0.7.0', '1.0.0'],
    ['>= 0.7.0, < 1.0.0', '0.10.0'],
    ['~> 0.2', '0.10.0'],
    ['~> 0.2.0', '0.2.1'],
    ['!= 1.0.0', '0.10.0'],
    ['<= 0.2.1', '0.2.1'],
  ];
  for (const [version, wanted] of chosen) {
    test(`and the newest that is ${version}`, async () => {
      assert.equal((await resolve({ ...clone, version })).object.metadata.labels?.version, wanted);
    });
  }
  test('of the kind Tekton Hub has versions of two parts', async () => {
    const { source } = await resolve({ ...clone, type: 'tekton', version: '0.9.0' }, [], [`${origin}/`]);
    assert.equal(source?.uri, `${origin}/v1/resource/Tekton/task/git-clone/0.9/yaml`);
  });
  test('may be named by the reference, and the first that answers counts', async () => {
    await resolve({ ...clone, url: origin }, ['http://127.0.0.1:1']);
    await resolve(clone, ['http://127.0.0.1:1', origin]);
  });
  test('gets each param as one part of a path', async () => {
    await assert.rejects(resolve({ ...clone, name: '../../x', version: 'latest' }));
    assert.deepEqual(asked, ['/api/v1/packages/tekton-task/tekton-catalog-tasks/..%2F..%2Fx/latest']);
  });
  const refused: Array<[params: Record<string, string>, message: RegExp]> = [
    [{ name: 'x' }, /^failed to validate params: missing required hub resolver params: version$/],
    [{ ...clone, kind: 'chart' }, /failed to resolve catalog name with kind: chart$/],
    [
      { ...clone, kind: 'chart', catalog: 'c' },
      /^failed to validate params: kind param must be one of: task, pipeline, stepaction$/,
    ],
    [{ ...clone, type: 'git' }, /type param must be artifact or tekton$/],
    [{ ...clone, type: 'tekton' }, /please configure TEKTON_HUB_API env variable to use tekton type$/],
    [{ ...clone, url: 'ftp://x' }, /invalid url param: url must use http or https scheme: ftp:\/\/x$/],
    [{ ...clone, version: '> 9' }, /^no version found for constraint > 9$/],
    [
      { ...clone, name: 'none' },
      /^fail to fetch Artifact Hub resource: requested resource '.*none' not found on hub$/,
    ],
  ];
  for (const [values, message] of refused) {
    test(`refuses ${JSON.stringify(values)}`, async () => {
      await assert.rejects(resolve(values), (error: Error) => {
        assert.match(error.message, message);
        return true;
      });
    });
  }
});

describe('versions', () => {
  test('are ordered, pre-releases before their release', () => {
    const order = [
      '0.9',
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1',
      '1.0.1',
      '1.10',
      'v2',
    ];
    const parsed = order.map((text) => parseVersion(text)!);
    assert.deepEqual(parsed.toSorted(compareVersions), parsed);
    assert.equal(formatVersion(parsed[0]!), '0.9.0');
  });
  test('a constraint without pre-release does not take one', () => {
    assert.equal(parseConstraint('>= 1')!(parseVersion('2.0.0-rc.1')!), false);
    assert.equal(parseConstraint('>= 2.0.0-rc.0')!(parseVersion('2.0.0-rc.1')!), true);
  });
  test('other text is none', () => {
    for (const text of ['latest', '', '>= x', '1..2']) assert.equal(parseConstraint(text), undefined);
  });
});
