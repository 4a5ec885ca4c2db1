import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createSignedHome, type SignedHome } from './testing/signed-home.ts';

let home: SignedHome;

const rules = `package trusted_task

# METADATA
# title: Tasks are trusted
# custom:
#   short_name: trusted
#   solution: Use trusted tasks.
deny contains result if {
	some attestation in input.attestations
	some dependency in attestation.statement.predicate.buildDefinition.resolvedDependencies
	task := json.unmarshal(base64.decode(dependency.content))
	some param in task.spec.taskRef.params
	[name, digest] := split(param.value, "@")
	not _trusted(name, digest)
	result := {"code": "trusted_task.trusted", "msg": sprintf("%s is not trusted", [name]), "term": "build-app"}
}

_trusted(name, digest) if {
	some record in data.trusted_tasks[concat("", ["oci://", name])]
	record.ref == digest
	not _expired(record)
}

_expired(record) if time.parse_rfc3339_ns(record.expires_on) <= data.config.policy.when_ns
`;
const trusting = (digit: string, expires = '') =>
  `trusted_tasks:\n  oci://quay.io/org/task-build:0.1:\n    - ref: sha256:${digit.repeat(64)}\n${expires}`;

before(async () => {
  home = await createSignedHome();
  home.write('policy/rules.rego', rules);
  home.write('trusted/tasks.yaml', trusting('f'));
  home.write('other/tasks.yaml', trusting('e'));
  home.write('policy.yaml', 'publicKey: cosign.pub\nsources: [{policy: [policy], data: [trusted]}]');
  home.write('strict.yaml', 'publicKey: cosign.pub\nsources: [{policy: [policy], data: [other]}]');
});
after(() => home.remove());

test('an image that passes: exit 0, several reports at once', async () => {
  const args = ['--output', 'appstudio', '--output', 'json=report.json?show-successes=true'];
  const ended = await home.assay('validate', 'image', home.image, '-p', 'policy.yaml', ...args);
  assert.equal(ended.stderr, '');
  assert.equal(ended.code, 0);
  assert.equal(JSON.parse(ended.stdout).result, 'SUCCESS');
  const report = JSON.parse(readFileSync(join(home.directory, 'report.json'), 'utf8'));
  assert.equal(report.success, true);
  assert.deepEqual(
    report.components[0].successes.map((one: { metadata: { code: string } }) => one.metadata.code),
    [
      'builtin.attestation.signature_check',
      'builtin.attestation.syntax_check',
      'builtin.image.signature_check',
      'trusted_task.trusted',
    ],
  );
});

test('an untrusted task: exit 3, the reference to write, and --fix writes it', async () => {
  const file = home.write('pipeline.yaml', `# ours\ntaskRef:\n  bundle: ${home.bundle} # pinned\n`);
  const ended = await home.assay('validate', 'image', home.image, '-p', 'strict.yaml', '--fix', file);
  assert.equal(ended.code, 3);
  assert.match(ended.stdout, /✕ \[Violation\] trusted_task\.trusted/);
  assert.match(ended.stderr, /pipeline task "build" \(Task "build-app"\)/);
  assert.match(ended.stderr, /Error: success criteria not met\n$/);
  const trusted = home.bundle.replaceAll('f'.repeat(64), 'e'.repeat(64));
  assert.equal(readFileSync(file, 'utf8'), `# ours\ntaskRef:\n  bundle: ${trusted} # pinned\n`);
});

test("a denial is 1 with Conforma's exit codes, and 0 when it is not strict", async () => {
  const args = ['validate', 'image', '--image', home.image, '--policy', 'strict.yaml', '--output', 'summary'];
  const [conforma, lenient] = await Promise.all([
    home.assay(...args, '--conforma-exit-codes'),
    home.assay(...args, '--strict=false'),
  ]);
  assert.deepEqual([conforma.code, lenient.code], [1, 0]);
});

test('a policy whose source is gone: undecided, exit 1, and the test output says so', async () => {
  const policy = home.write('gone.yaml', 'publicKey: cosign.pub\nsources: [{policy: [nowhere]}]');
  const ended = await home.assay('validate', 'image', home.image, '-p', policy, '--output', 'appstudio');
  assert.equal(ended.code, 1);
  assert.equal(JSON.parse(ended.stdout).result, 'ERROR');
  assert.match(ended.stderr, /^error: nowhere cannot be fetched/);
});

test('a summary stands for a verdict, for the policy it was made for', async () => {
  const image = ['validate', 'image', home.image, '--output', 'summary?show-successes=true'];
  const signed = await home.assay(
    ...image,
    '-p',
    'policy.yaml',
    '--vsa',
    '--vsa-signing-key',
    home.privateKey,
  );
  assert.match(signed.stderr, /a verification summary is attached/);
  const [known, other, asked] = await Promise.all([
    home.assay(...image, '-p', 'policy.yaml', '--vsa-public-key', home.publicKey),
    home.assay(...image, '-p', 'strict.yaml', '--vsa-public-key', home.publicKey),
    home.assay('validate', 'vsa', home.image, '-p', 'policy.yaml', '--vsa-public-key', home.publicKey),
  ]);
  assert.match(known.stdout, /builtin\.vsa\.verification_summary/);
  assert.deepEqual([known.code, other.code, asked.code], [0, 3, 0]);
});

test('an input document is judged by itself, and gives what the image gave', async () => {
  const image = ['validate', 'image', home.image, '-p', 'strict.yaml', '--output', 'policy-input=input.json'];
  assert.equal((await home.assay(...image)).code, 3);
  const ended = await home.assay('validate', 'input', 'input.json', '-p', 'strict.yaml', '--output', 'json');
  assert.equal(ended.code, 3);
  const [file] = JSON.parse(ended.stdout).filepaths;
  assert.deepEqual(file.violations[0].metadata, { code: 'trusted_task.trusted', term: 'build-app' });
});

test('a forecast says when trust ends', async () => {
  home.write('ending/tasks.yaml', trusting('f', '      expires_on: "2027-01-15T00:00:00Z"\n'));
  const policy = home.write(
    'ending.yaml',
    'publicKey: cosign.pub\nsources: [{policy: [policy], data: [ending]}]',
  );
  const args = ['policy', 'forecast', home.image, '-p', policy, '--from', '2027-01-01', '--until', '+30d'];
  const ended = await home.assay(...args);
  assert.equal(ended.code, 3);
  assert.match(ended.stdout, /^2027-01-15 {2}denied .*trusted_task\.trusted build-app$/m);
});

test('policies are listed, compared, begun, tracked and tested', async () => {
  const [names, same, differ, begun, tracked, tested] = await Promise.all([
    home.assay('inspect', 'policy', '--source', 'policy', '-o', 'names'),
    home.assay('compare', 'policy.yaml', 'policy.yaml'),
    home.assay('compare', 'policy.yaml', 'strict.yaml'),
    home.assay('init', 'policies', '--dest-dir', 'begun'),
    home.assay('track', 'bundle', '--bundle', home.bundle, '--input', 'other/tasks.yaml'),
    home.assay('test', 'policy.yaml', '--policy', 'policy', '--namespace', 'trusted_task'),
  ]);
  assert.equal(names.stdout, 'trusted_task.trusted\n');
  assert.deepEqual([same.code, differ.code, begun.code, tested.code], [0, 1, 0, 0]);
  assert.match(tracked.stdout, /ref: sha256:f{64}\n\s+- ref: sha256:e{64}\n\s+expires_on: /);
  assert.match(tested.stdout, /1 test, 1 passed/);
});
