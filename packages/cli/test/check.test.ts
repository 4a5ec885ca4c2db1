import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { runGit } from '@assay/source';
import { registryHost } from '../src/factory/registry-address.ts';
import { FactoryHome, type Outcome } from './testing/factory-home.ts';

const policies = resolve(import.meta.dirname, '../../../library/policies');
const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith('assay-check-'));
let home: FactoryHome;
let tree: string;
/** The user's own registry, in which nobody listens. */
let registry: string;

function write(name: string, text: string): void {
  const file = join(tree, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const check = (policy: string, ...flags: string[]): Promise<Outcome> =>
  home.assay(['check', tree, '--policy', join(home.root, policy), ...flags]);

/** Clones, and makes an image of what the user's registry has and the tree. */
const task = `
apiVersion: tekton.dev/v1
kind: Task
metadata: { name: make, labels: { app.kubernetes.io/version: "0.1" } }
spec:
  params: [{ name: url }, { name: revision }, { name: image }, { name: base }]
  workspaces: [{ name: git-auth }]
  results: [{ name: IMAGE_URL }, { name: IMAGE_DIGEST }, { name: CHAINS-GIT_URL }, { name: CHAINS-GIT_COMMIT }]
  steps:
    - name: make
      image: localhost/toolbox
      script: |
        #!/bin/sh
        set -e
        mkdir /workspace/tree
        git clone -q $(params.url) /workspace/source
        git -C /workspace/source checkout -q $(params.revision)
        cp /workspace/source/message /workspace/tree; cat /workspace/source/message
        assemble-image --image $(params.image) --base $(params.base) --tree /workspace/tree >$(results.IMAGE_DIGEST.path)
        if assemble-image --image $(params.base)-copy:1 --base $(params.base) --tree /workspace/tree 2>/dev/null; then
          echo wrote into the registry of the user
        fi
        printf %s $(params.image) >$(results.IMAGE_URL.path)
        printf %s $(params.url) >$(results.CHAINS-GIT_URL.path)
        printf %s $(params.revision) >$(results.CHAINS-GIT_COMMIT.path)
`;
const pipeline = (bundle: string) => `
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: { name: build }
spec:
  params: [{ name: git-url }, { name: revision }, { name: output-image }]
  workspaces: [{ name: git-auth }]
  results:
${['IMAGE_URL', 'IMAGE_DIGEST', 'CHAINS-GIT_URL', 'CHAINS-GIT_COMMIT']
  .map((name) => `    - { name: ${name}, value: $(tasks.make.results.${name}) }`)
  .join('\n')}
  tasks:
    - name: make
      taskRef:
        resolver: bundles
        params: [{ name: bundle, value: "${bundle}" }, { name: name, value: make }, { name: kind, value: task }]
      workspaces: [{ name: git-auth }]
      params:
        - { name: url, value: $(params.git-url) }
        - { name: revision, value: $(params.revision) }
        - { name: image, value: $(params.output-image) }
        - { name: base, value: ${registry}/toolbox }
`;
const run = (event: string, more: string) => `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata:
  name: app-on-${event.replace('_', '-')}
  namespace: shop-tenant
  annotations:
    pipelinesascode.tekton.dev/on-cel-expression: event == "${event}" && target_branch == "main"
spec:
  pipelineRef: { name: build }
${more}
`;

before(async () => {
  home = await FactoryHome.create();
  registry = registryHost(home.paths)!;
  tree = join(home.root, 'app');
  const made = await home.assay(['task', 'bundle', home.write(task, 'make.yaml'), '-o', 'json']);
  assert.equal(made.code, 0, made.stderr);
  const { bundle } = JSON.parse(made.stdout);
  write('.tekton/build.yaml', pipeline(bundle));
  write('.tekton/pull.yaml', run('pull_request', ''));
  write(
    '.tekton/push.yaml',
    run(
      'push',
      `  params:
    - { name: git-url, value: {{source_url}} }
    - { name: revision, value: "{{ revision }}" }
    - { name: output-image, value: "quay.io/shop/app:{{revision}}" }
  taskRunTemplate: { serviceAccountName: build-pipeline-app }
  workspaces: [{ name: git-auth, secret: { secretName: "{{ git_auth_secret }}" } }]`,
    ),
  );
  write('message', 'committed\n');
  const git = (...args: string[]) =>
    runGit(['-C', tree, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args]);
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '.');
  await git('commit', '--quiet', '-m', 'First');
  const [name, digest] = bundle.split('@');
  for (const [file, ref] of [
    ['trusting', digest],
    ['other', `sha256:${'e'.repeat(64)}`],
  ]) {
    mkdirSync(join(home.root, file));
    home.write(`trusted_tasks:\n  oci://${name}:\n    - ref: ${ref}\n`, `${file}/tasks.yaml`);
    const include = ['trusted_task.trusted', 'slsa_source_correlated', 'attestation_type'];
    const source = { policy: [policies], data: [join(home.root, file)], config: { include } };
    home.write(JSON.stringify({ publicKey: 'k8s://chains/key', sources: [source] }), `${file}.json`);
  }
});
after(() => home.remove());

test('the image of the files as they are passes, and nothing is left behind', async () => {
  write('message', 'changed\n');
  const before = leftovers();
  const { code, stdout, stderr } = await check('trusting.json', '-o', 'json');
  assert.equal(code, 0, stdout + stderr);
  assert.match(stderr, /uncommitted changes included/);
  assert.match(stderr, /^\[make : make\] changed$/m);
  assert.doesNotMatch(stderr, /wrote into the registry/);
  const report = JSON.parse(stdout);
  assert.equal(report.success, true);
  assert.match(report.components[0].containerImage, /^localhost:\d+\/shop\/app@sha256:/);
  assert.deepEqual(leftovers(), before);
});

test('a policy that does not trust the task denies the image, names the task and tells what to write', async () => {
  const { code, stdout, stderr } = await check('other.json');
  assert.equal(code, 3, stdout + stderr);
  assert.match(stdout, /✕ \[Violation\] trusted_task\.trusted/);
  assert.match(stderr, /hint: trusted_task\.trusted: pipeline task "make"/);
  assert.match(stderr, /Error: success criteria not met\n$/);
});

test('a build that fails gives no verdict, and can be looked at when it is kept', async () => {
  const { code, stdout, stderr } = await check('trusting.json', '-p', 'revision=nowhere', '--keep');
  assert.equal(code, 1, stdout + stderr);
  assert.equal(stdout, '');
  assert.match(stderr, /there is no verdict: the build did not succeed/);
  const kept = /^kept: ASSAY_HOME=(\S+)$/m.exec(stderr)?.[1];
  assert.ok(kept, stderr);
  const described = await home.assay(['describe', 'app-on-push', '-n', 'shop-tenant'], '', {
    ASSAY_HOME: kept,
  });
  assert.match(described.stdout, /make/);
  rmSync(kept, { recursive: true });
});

test('what is wrong with the files is told with its place before anything is built', async () => {
  const before = leftovers();
  const wrong = home.write('kind: PipelineRun\napiVersion: tekton.dev/v1\nspec: {}\n');
  const refused = await check('trusting.json', '-f', join(home.root, wrong));
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, new RegExp(`${wrong}:\\d+`));
  const unclear = await check('trusting.json', '-f', join(tree, '.tekton/build.yaml'), '-p', 'revision');
  assert.equal(unclear.code, 2);
  assert.match(unclear.stderr, /is not NAME=VALUE/);
  assert.deepEqual(leftovers(), before);
});
