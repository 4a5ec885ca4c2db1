import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { generateSigningKey } from '@assay/attestation';
import { loadPolicy } from '../judge/load-policy.ts';
import { snapshotOfImage } from '../snapshot/snapshot.ts';
import type { PolicySource } from '../spec/policy-spec.ts';
import { temporaryFiles } from '../testing/policy-files.ts';
import { attest, provenanceOf, pushImage, sign, temporaryStore } from '../testing/signed-image.ts';
import { forecastImages } from './forecast.ts';

const repository = 'registry.example/team/app';
const from = new Date('2026-06-01T00:00:00Z');
const until = new Date('2026-08-31T00:00:00Z');
let place: ReturnType<typeof temporaryStore>;
let publicKey: string;
let files: ReturnType<typeof temporaryFiles> | undefined;

beforeEach(async () => {
  place = temporaryStore();
  const { signer } = await generateSigningKey('');
  publicKey = signer.publicKey.pem;
  const digest = await pushImage(place.store, repository);
  await sign(place.store, repository, digest, signer);
  await attest(place.store, repository, digest, signer, provenanceOf(digest));
});
afterEach(() => {
  place.remove();
  files?.remove();
});

async function forecast(rego: string, source: Partial<PolicySource> = {}, data: Record<string, string> = {}) {
  files = temporaryFiles({
    'policy/main.rego': `package main\n\n${quiet}\n${rego}`,
    'data/d.yaml': 'x: 1',
    ...data,
  });
  const policy = {
    publicKey,
    sources: [{ policy: [`${files.directory}/policy`], data: [`${files.directory}/data`], ...source }],
  };
  const store = () => place.store;
  const loaded = await loadPolicy({ policy, store });
  const found = await forecastImages(loaded, { snapshot: snapshotOfImage(`${repository}:1`), from, until });
  const [image] = found.images;
  return {
    ...found,
    image: image!,
    changes: image!.changes.map(({ at, kind, code }) => `${at.toISOString().slice(0, 10)} ${kind} ${code}`),
  };
}

const quiet =
  '# METADATA\n# custom:\n#   short_name: quiet\ndeny contains {"code": "main.quiet", "msg": "x"} if false\n';
const rule = (body: string, more = '') =>
  `# METADATA\n# custom:\n#   short_name: r\n${more}deny contains {"code": "main.r", "msg": "no"} if ${body}`;

test('a rule that takes effect later denies from that day', async () => {
  const { image, changes } = await forecast(rule('true', '#   effective_on: "2026-07-01T00:00:00Z"\n'));
  assert.deepEqual(changes, ['2026-07-01 denied main.r']);
  assert.equal(image.passes, true);
  assert.equal(image.deniedFrom!.toISOString(), '2026-07-01T00:00:01.000Z');
});

test('trust that ends in the data denies from that day, and what begins takes it back', async () => {
  const body =
    'not any_now\n\nany_now if {\n\tsome r in data.trusted\n\ttime.parse_rfc3339_ns(r.expires_on) > data.config.policy.when_ns\n\ttime.parse_rfc3339_ns(r.effective_on) <= data.config.policy.when_ns\n}';
  const data = {
    'data/d.yaml':
      'trusted:\n- {effective_on: "2026-01-01T00:00:00Z", expires_on: "2026-07-10T00:00:00Z"}\n- {effective_on: "2026-07-20T00:00:00Z", expires_on: "2027-01-01T00:00:00Z"}',
  };
  const { changes, moments } = await forecast(rule(body), {}, data);
  assert.deepEqual(changes, ['2026-07-10 denied main.r', '2026-07-20 resolved main.r']);
  assert.equal(moments, 2);
});

test('a waiver that ends denies from that day', async () => {
  const exclude = [{ value: 'main.r', effectiveUntil: '2026-08-01T00:00:00Z' }];
  const { changes } = await forecast(rule('true'), { volatileConfig: { exclude } });
  assert.deepEqual(changes, ['2026-08-01 denied main.r']);
});

test('a date that only a result names is looked at, too', async () => {
  const later =
    'deny contains {"code": "main.dynamic", "msg": "later", "effective_on": d} if d := concat("", ["2026-0", "7-15T00:00:00Z"])';
  assert.deepEqual((await forecast(later)).changes, ['2026-07-15 denied main.dynamic']);
});

test('what is denied already is no change, and nothing after the end is looked at', async () => {
  const { image, moments } = await forecast(
    `${rule('true')}\n${rule('true', '#   effective_on: "2027-01-01T00:00:00Z"\n').replaceAll('main.r', 'main.s').replace('short_name: r', 'short_name: s')}`,
  );
  assert.deepEqual([image.passes, image.changes, moments], [false, [], 0]);
});
