import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EvidenceTree } from './evidence-tree.ts';
import { treeText } from './print-tree.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const bare: EvidenceTree = {
  ...{ image: `localhost/out/web@${digest}`, digest },
  ...{ builds: [], attestations: [], verdicts: [], releases: [] },
};
const plain = (_: string, text: string) => text;

const whole: EvidenceTree = {
  ...bare,
  builds: [
    {
      ...{ run: 'team/build-1', builder: 'https://assay.dev/builders/local/v1', signer: 'observer' },
      sources: [{ uri: 'git+http://localhost/hello', digest: 'sha1:0123' }],
      tasks: [
        {
          ...{ pipelineTask: 'clone', task: 'git-clone', written: 'localhost/library/task-git-clone:0.1' },
          ...{ trusted: true, reason: 'trusted', takes: [] },
          gives: [{ name: 'SOURCE_ARTIFACT', address: 'oci:localhost/artifacts@sha256:11' }],
        },
        {
          ...{ pipelineTask: 'stamp', task: 'stamp', written: '', trusted: false },
          reason: 'is not in the trust data',
          takes: [
            { name: 'SOURCE_ARTIFACT', address: 'oci:localhost/artifacts@sha256:11' },
            { name: 'CACHE_ARTIFACT', address: 'oci:localhost/artifacts@sha256:22' },
          ],
          gives: [],
        },
      ] as unknown as EvidenceTree['builds'][number]['tasks'],
    },
  ],
  attestations: [
    { predicateType: 'https://slsa.dev/provenance/v1', signer: 'observer', form: 'bundle', digest },
    { predicateType: 'https://test/other', form: 'tag', digest },
  ],
  verdicts: [
    {
      ...{ result: 'PASSED', verifier: 'https://assay.dev/gates/local/v1', signer: 'gate' },
      ...{ policy: 'k8s://production/production', time: '2026-06-01T12:00:00Z' },
    },
  ],
  releases: [
    {
      ...{ release: 'team/one', author: 'ann', snapshot: 'team/shop-1', signer: 'gate' },
      ...{ target: 'localhost/out/web', tags: ['1.0', 'latest'], time: '2026-06-01T12:00:01Z' },
    },
  ],
};

test('a tree has the build with its tasks, what is attached, the verdict and the release', () => {
  assert.equal(
    treeText(whole, plain),
    `localhost/out/web@${digest}
├─ source    git+http://localhost/hello at sha1:0123
├─ build     run team/build-1 on https://assay.dev/builders/local/v1, signed by observer
│  ├─ ✔ clone  localhost/library/task-git-clone:0.1  trusted
│  │  └─ gives SOURCE_ARTIFACT  oci:localhost/artifacts@sha256:11
│  └─ ✖ stamp  stamp  is not in the trust data
│     ├─ takes SOURCE_ARTIFACT from clone  oci:localhost/artifacts@sha256:11
│     └─ takes CACHE_ARTIFACT made by no task of this build  oci:localhost/artifacts@sha256:22
├─ evidence
│  ├─ ✔ https://slsa.dev/provenance/v1 (bundle), signed by observer
│  └─ ? https://test/other (tag), signed by no known key
├─ verdict   PASSED by https://assay.dev/gates/local/v1, policy k8s://production/production, 2026-06-01T12:00:00Z
└─ release   team/one by ann to localhost/out/web as 1.0, latest, 2026-06-01T12:00:01Z`,
  );
});

test('an image without anything has no more than its name', () => {
  assert.equal(treeText(bare, plain), `localhost/out/web@${digest}\n└─ evidence`);
});

test('a release by digest alone, and a builder without a name, are told so', () => {
  const { builder: _, ...build } = whole.builds[0]!;
  const text = treeText(
    {
      ...bare,
      builds: [{ ...build, sources: [], tasks: [] }],
      releases: [{ ...whole.releases[0]!, tags: [] }],
    },
    plain,
  );
  assert.match(text, /on an unnamed builder, signed by observer/);
  assert.match(text, /to localhost\/out\/web as its digest, /);
});

test('a verdict that did not pass is red, one that did is green', () => {
  const colours = (result: string) => {
    const seen: string[] = [];
    treeText({ ...bare, verdicts: [{ ...whole.verdicts[0]!, result }] }, (colour, text) => {
      if (text === result) seen.push(colour);
      return text;
    });
    return seen;
  };
  assert.deepEqual(colours('PASSED'), ['green']);
  assert.deepEqual(colours('FAILED'), ['red']);
});
