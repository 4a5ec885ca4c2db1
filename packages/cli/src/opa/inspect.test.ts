import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, test } from 'node:test';
import { OpaProcess } from './testing/opa-process.ts';

const opa = new OpaProcess({
  'bundle/.manifest': '{"revision": "r1", "roots": ["example", "users"], "metadata": {"a": 1}}',
  'bundle/policy.rego': `# METADATA
# title: Example
# description: What it is for.
# authors:
# - name: Ann
#   email: ann@example.com
# custom:
#   level: 3
package example

# METADATA
# title: Allowed
# entrypoint: true
allow if input.x == 1

deny contains "no" if not allow
`,
  'bundle/users/data.json': '{"ann": true}',
  'broken/policy.rego': 'package\n',
});
after(() => opa.close());

const inspect = (...args: string[]) => opa.run(['inspect', ...args]);

test('names the manifest, the packages and the data with their files', async () => {
  const { code, stdout } = await inspect('bundle');
  assert.equal(code, 0);
  assert.equal(
    stdout,
    `MANIFEST:
┌──────────┬─────────┐
│  Field   │  Value  │
├──────────┼─────────┤
│ Revision │ r1      │
│ Roots    │ example │
│ Roots    │ users   │
│ Metadata │ {"a":1} │
└──────────┴─────────┘
NAMESPACES:
┌──────────────┬────────────────────────┐
│  Namespace   │          File          │
├──────────────┼────────────────────────┤
│ data.example │ bundle/policy.rego     │
│ data.users   │ bundle/users/data.json │
└──────────────┴────────────────────────┘
`,
  );
});

test('--format json has the same for programs, and the annotations with --annotations', async () => {
  const { stdout } = await inspect('-a', '-f', 'json', 'bundle');
  const { manifest, namespaces, annotations } = JSON.parse(stdout);
  assert.deepEqual(manifest, { revision: 'r1', roots: ['example', 'users'], metadata: { a: 1 } });
  assert.deepEqual(namespaces, {
    'data.example': ['bundle/policy.rego'],
    'data.users': ['bundle/users/data.json'],
  });
  assert.deepEqual(annotations, [
    {
      annotations: {
        authors: [{ email: 'ann@example.com', name: 'Ann' }],
        custom: { level: 3 },
        description: 'What it is for.',
        scope: 'package',
        title: 'Example',
      },
      location: { file: 'bundle/policy.rego', row: 9, col: 1 },
      path: [
        { type: 'var', value: 'data' },
        { type: 'string', value: 'example' },
      ],
    },
    {
      annotations: { entrypoint: true, scope: 'document', title: 'Allowed' },
      location: { file: 'bundle/policy.rego', row: 14, col: 1 },
      path: [
        { type: 'var', value: 'data' },
        { type: 'string', value: 'example' },
        { type: 'string', value: 'allow' },
      ],
    },
  ]);
});

test('--annotations lists them for people', async () => {
  const { stdout } = await inspect('--annotations', 'bundle/policy.rego');
  assert.equal(
    stdout.slice(stdout.indexOf('ANNOTATIONS:')),
    `ANNOTATIONS:
Example
=======

What it is for.

Package:  example
Location: bundle/policy.rego:9
Scope: package

Authors:
 Ann <ann@example.com>

Custom:
 level: 3

Allowed
=======

Package:  example
Rule:     allow
Location: bundle/policy.rego:14
Scope: document
Entrypoint: true

`,
  );
});

test('reads compressed bundles', async () => {
  const tar = spawnSync('tar', ['-czf', 'bundle.tar.gz', '-C', 'bundle', '.'], { cwd: opa.directory });
  assert.equal(tar.status, 0);
  const { namespaces } = JSON.parse((await inspect('-f', 'json', 'bundle.tar.gz')).stdout);
  assert.deepEqual(Object.keys(namespaces), ['data.example', 'data.users']);
});

test('errors begin with error:', async () => {
  assert.deepEqual(await inspect('absent'), {
    code: 1,
    stdout: '',
    stderr: 'error: 1 error occurred during loading: stat absent: no such file or directory\n',
  });
  const { code, stderr } = await inspect('broken');
  assert.equal(code, 1);
  assert.match(stderr, /^error: 1 error occurred: broken\/policy\.rego:2: rego_parse_error: /);
});

test('data outside the roots of the manifest are refused', async () => {
  opa.write({ 'outside/.manifest': '{"roots": ["a"]}', 'outside/b/data.json': '{"x": 1}' });
  const { code, stderr } = await inspect('outside');
  assert.equal(code, 1);
  assert.match(stderr, /do not permit data at path '\/b'/);
});
