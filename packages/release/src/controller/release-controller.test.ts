import assert from 'node:assert/strict';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { parsePublicKey, readEvidence } from '@assay/attestation';
import { type Client, gateIdentity, getCondition } from '@assay/kube';
import { isOciError } from '@assay/oci';
import { EnterpriseContractPolicies, verificationSummaryType } from '@assay/policy';
import { PipelineRuns } from '@assay/tekton';
import { releaseLabels } from '../resources/labels.ts';
import type { Release } from '../resources/release.ts';
import { Releases } from '../resources/release.ts';
import { ReleasePlanAdmissions } from '../resources/release-plan-admission.ts';
import { releaseRecordType } from '../statements/release-record.ts';
import {
  createSnapshot,
  createWorld,
  pushImage,
  pushManifest,
  sourceRepository,
  targetRepository,
  type World,
} from '../testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.remove());

function reasons({ status }: Release): Record<string, string | undefined> {
  return Object.fromEntries(status?.conditions?.map(({ type, reason }) => [type, reason]) ?? []);
}

function message({ status }: Release, type = 'Released'): string {
  return getCondition(status?.conditions, type)?.message ?? '';
}

const succeeded = {
  Validated: 'Succeeded',
  TenantPipelineProcessed: 'Skipped',
  ManagedPipelineProcessed: 'Succeeded',
  FinalPipelineProcessed: 'Skipped',
  Released: 'Succeeded',
};

async function releaseWhole(name = 'one'): Promise<Release> {
  await world.reconcile(name);
  await world.runPipeline(name);
  return world.reconcile(name);
}

test('what passes is copied with all that is attached to it, and the Release says where it is', async () => {
  await world.release('one');
  const release = await releaseWhole();
  assert.deepEqual(reasons(release), succeeded);
  assert.deepEqual(release.status!.artifacts!.images, [
    {
      name: 'web',
      shasum: world.image,
      urls: [`${targetRepository}:1.0`, `${targetRepository}@${world.image}`],
    },
  ]);
  assert.equal(release.status!.target, 'managed');
  assert.deepEqual(release.status!.attribution, { author: 'admin', standingAuthorization: false });
});

test('the target holds a summary of the verdict and a record of the release, signed by the gate', async () => {
  await world.release('one');
  await releaseWhole();
  const place = { store: world.content, repository: targetRepository, digest: world.image };
  const pieces = (await readEvidence(place)).filter((piece) => piece.kind === 'attestation');
  const signed = await Promise.all(
    pieces.map(async (piece) => {
      const key = await piece.verify([await parsePublicKey(world.options.signer.publicKey.pem)]);
      return key && piece.statement;
    }),
  );
  const types = signed.map((statement) => statement?.predicateType).sort();
  assert.deepEqual(types, [releaseRecordType, verificationSummaryType]);
  const record = signed.find((statement) => statement?.predicateType === releaseRecordType)!.predicate;
  assert.equal(record.release, 'team/one');
  assert.equal(record.author, 'admin');
  assert.equal(record.releasePlanAdmission, 'managed/shop');
  assert.equal(record.releaseId, (await world.get()).metadata.uid);
});

test('the managed run is in the managed namespace, as its ServiceAccount, with the params of Konflux', async () => {
  await world.release('one');
  const release = await world.reconcile();
  const [namespace, name] = release.status!.managedProcessing!.pipelineRun!.split('/');
  assert.equal(namespace, 'managed');
  const run = await world.admin.get(PipelineRuns, namespace!, name!);
  assert.equal(run.spec.taskRunTemplate?.serviceAccountName, 'release');
  const params = Object.fromEntries(run.spec.params!.map((param) => [param.name, param.value]));
  assert.equal(params.release, 'team/one');
  assert.equal(params.releasePlanAdmission, 'managed/shop');
  assert.equal(params.snapshot, 'team/shop-1');
  assert.equal(params.copyPlan, release.status!.artifacts!.copyPlan);
  assert.equal(run.metadata.labels![releaseLabels.name], 'one');
});

test('what is refused starts nothing, and says which rule of which component, and how to fix it', async () => {
  world.judgement = {
    result: 'denied',
    policySha256: 'f'.repeat(64),
    violations: [
      {
        component: 'web',
        image: world.image,
        code: 'trusted_task.trusted',
        message: 'the task "lint" is not trusted',
        solution: 'use the one of the library',
      },
      { component: 'web', image: world.image, code: 'test.no_failed_tests', message: 'a test failed' },
    ],
  };
  await world.release('one');
  const release = await world.reconcile();
  const refused = { ManagedPipelineProcessed: 'Failed', Released: 'Failed' };
  assert.deepEqual(reasons(release), { ...succeeded, ...refused });
  assert.match(message(release), /refused by trusted_task\.trusted on component web: the task "lint"/);
  assert.match(message(release), /\. To fix: use the one of the library \(and 1 more/);
  assert.equal(release.status!.artifacts!.verdict!.violations!.length, 2);
  assert.deepEqual((await world.admin.list(PipelineRuns)).items, []);
  assert.deepEqual(await world.content.listTags(targetRepository).catch(() => []), []);
});

test('what cannot be decided is refused', async () => {
  world.judgement = {
    result: 'undecided',
    problem: 'the policy source is gone',
    policySha256: 'f'.repeat(64),
    violations: [],
  };
  await world.release('one');
  const release = await world.reconcile();
  assert.equal(reasons(release).Released, 'Failed');
  assert.match(message(release), /could not decide: the policy source is gone/);
});

test('an automated Release goes by the author of the plan', async () => {
  const gate = world.as(gateIdentity);
  await gate.create(Releases, {
    apiVersion: 'appstudio.redhat.com/v1alpha1',
    kind: 'Release',
    metadata: { name: 'one', namespace: 'team', labels: { [releaseLabels.automated]: 'true' } },
    spec: { releasePlan: 'shop', snapshot: 'shop-1' },
  });
  const release = await world.reconcile();
  assert.match(message(release, 'Validated'), /no author in the ReleasePlan found for automated release/);
});

suite('a Release that may not go on', () => {
  const cases: [what: string, arrange: () => Promise<unknown>, message: RegExp][] = [
    [
      "another team's plan",
      () => world.release('one', { releasePlan: 'elsewhere' }),
      /ReleasePlan elsewhere does not exist in namespace team/,
    ],
    [
      'a Snapshot that is not there',
      () => world.release('one', { snapshot: 'nothing' }),
      /Snapshot nothing does not exist/,
    ],
    [
      'a plan without an admission',
      async () => {
        await world.admin.delete(ReleasePlanAdmissions, 'managed', 'shop');
        await world.release('one');
      },
      /no ReleasePlanAdmission in namespace managed admits ReleasePlan team\/shop/,
    ],
    [
      'an admission that blocks',
      async () => {
        const metadata = { labels: { [releaseLabels.blockReleases]: 'true' } };
        await world.admin.patch(ReleasePlanAdmissions, 'managed', 'shop', { metadata });
        await world.release('one');
      },
      /ReleasePlanAdmission managed\/shop blocks releases/,
    ],
    [
      'an admission of another namespace',
      async () => {
        await world.admin.patch(ReleasePlanAdmissions, 'managed', 'shop', { spec: { origin: 'other' } });
        await world.release('one');
      },
      /no ReleasePlanAdmission in namespace managed admits/,
    ],
  ];
  for (const [what, arrange, expected] of cases) {
    test(what, async () => {
      await arrange();
      const release = await world.reconcile();
      assert.equal(reasons(release).Validated, 'Failed');
      assert.match(message(release, 'Validated'), expected);
      assert.match(message(release), /Release validation failed/);
      assert.deepEqual((await world.admin.list(PipelineRuns)).items, []);
    });
  }

  test('a policy that is not there', async () => {
    await world.admin.delete(EnterpriseContractPolicies, 'managed', 'production');
    await world.release('one');
    const release = await world.reconcile();
    assert.match(message(release), /EnterpriseContractPolicy managed\/production does not exist/);
  });

  test('an image that vanished', async () => {
    await world.content.deleteManifest(sourceRepository, world.image);
    await world.release('one');
    assert.match(message(await world.reconcile()), /component web: .* does not exist/);
  });

  test('no mapping for any component', async () => {
    await world.admin.patch(ReleasePlanAdmissions, 'managed', 'shop', { spec: { data: { mapping: null } } });
    await world.release('one');
    assert.match(message(await world.reconcile()), /data\.mapping names no repository for any of: web/);
  });
});

test('evidence that changes while it is judged is refused', async () => {
  const { judge } = world.options;
  world.options.judge = {
    async judge(request) {
      await pushManifest(
        world.content,
        sourceRepository,
        'forged',
        {},
        `${world.image.replace(':', '-')}.sig`,
      );
      return judge.judge(request);
    },
  };
  await world.release('one');
  assert.match(message(await world.reconcile()), /changed while they were judged/);
});

test('a pipeline that failed fails the Release, in its words', async () => {
  await world.release('one');
  await world.reconcile();
  await world.runPipeline('one', { copy: false, succeeded: false });
  const release = await world.reconcile();
  assert.equal(reasons(release).Released, 'Failed');
  assert.match(message(release), /PipelineRun managed\/managed-\w+ failed: Tasks Completed: 1/);
});

test('a pipeline that claims to have copied what is not there is not believed', async () => {
  await world.release('one');
  await world.reconcile();
  await world.runPipeline('one', { copy: false });
  const release = await world.reconcile();
  assert.equal(reasons(release).Released, 'Failed');
  assert.match(message(release), /released\/web@sha256:\w+ is not there/);
});

test('two Releases of the same tag go one after the other, in the order they were asked for', async () => {
  const second = await pushImage(world.content, sourceRepository, 'two');
  await createSnapshot(world.admin, 'shop-2', `${sourceRepository}@${second}`);
  await world.release('one');
  world.clock.advance(1000);
  await world.release('two', { snapshot: 'shop-2' });
  await world.reconcile('one');
  const waiting = await world.reconcile('two');
  assert.match(message(waiting, 'ManagedPipelineProcessed'), /waiting for Release team\/one/);
  await world.runPipeline('one');
  await world.reconcile('one');
  assert.equal(reasons(await releaseWhole('two')).Released, 'Succeeded');
  assert.equal((await world.content.resolve(targetRepository, '1.0')).digest, second);
});

test('one that is asked for while another is judged writes neither before nor at the same time', async () => {
  // In the same second the order is that of the uids: whichever it is, they do not write together.
  const { judge } = world.options;
  let asked = false;
  world.options.judge = {
    async judge(request) {
      if (!asked) {
        asked = true;
        await world.release('two');
        await world.reconcile('two');
      }
      return judge.judge(request);
    },
  };
  await world.release('one');
  await world.reconcile('one');
  const states = [await world.get('one'), await world.get('two')];
  const begun = states.filter(({ status }) => status?.managedProcessing?.pipelineRun !== undefined);
  assert.equal(begun.length, 1);
  const [first] = begun;
  const other = first!.metadata.name === 'one' ? 'two' : 'one';
  assert.match(
    message(await world.reconcile(other), 'ManagedPipelineProcessed'),
    new RegExp(`waiting for Release team/${first!.metadata.name}`),
  );
  await world.runPipeline(first!.metadata.name);
  await world.reconcile(first!.metadata.name);
  assert.equal(reasons(await releaseWhole(other)).Released, 'Succeeded');
});

test('a run that was created before a crash, and not noted, goes on before an older Release', async () => {
  await world.release('one');
  const gate = world.as(gateIdentity);
  world.through(
    new Proxy(gate, {
      get(target, property) {
        const value = Reflect.get(target, property) as unknown;
        if (typeof value !== 'function') return value;
        if (property !== 'create') return value.bind(target);
        return async (...args: unknown[]) => {
          await (value as (...given: unknown[]) => unknown).apply(target, args);
          throw new Error('killed');
        };
      },
    }) as Client,
  );
  await assert.rejects(world.reconcile('one'), /killed/);
  world.through(gate);
  await world.release('two');
  // Whatever the order of their uids: the one whose run is there is not held up.
  assert.notEqual((await world.reconcile('one')).status!.managedProcessing?.pipelineRun, undefined);
  assert.match(
    message(await world.reconcile('two'), 'ManagedPipelineProcessed'),
    /waiting for Release team\/one/,
  );
});

test('a registry that is out of reach is waited for, and then given up', async () => {
  const { store } = world.options;
  const { OciError } = await import('@assay/oci');
  world.options.store = () =>
    new Proxy(world.content, {
      get: () => async () => {
        throw new OciError('RegistryUnavailable', 'registry.test does not answer');
      },
    });
  await world.release('one');
  await assert.rejects(world.reconcile(), (error) => isOciError(error, 'RegistryUnavailable'));
  assert.equal(reasons(await world.get()).Released, 'Progressing');
  world.clock.advance(6 * 60_000);
  assert.match(message(await world.reconcile()), /does not answer/);
  world.options.store = store;
});

suite('killed before or after any write', () => {
  const writes = ['create', 'update', 'patch', 'updateStatus'];
  for (let kill = 1; kill <= 8; kill += 1) {
    for (const when of ['before', 'after'] as const) {
      test(`write ${kill}, ${when}: one run, one release`, async () => {
        let count = 0;
        const gate = world.as(gateIdentity);
        const dying = new Proxy(gate, {
          get(target, property) {
            const value = Reflect.get(target, property) as unknown;
            if (typeof value !== 'function') return value;
            return async (...args: unknown[]) => {
              const isWrite = writes.includes(String(property));
              if (isWrite) count += 1;
              const dies = isWrite && count === kill;
              if (dies && when === 'before') throw new Error('killed');
              const result: unknown = await (value as (...given: unknown[]) => unknown).apply(target, args);
              if (dies) throw new Error('killed');
              return result;
            };
          },
        }) as Client;
        await world.release('one');
        const step = async () => {
          world.through(dying);
          await world.reconcile().catch((error: Error) => assert.equal(error.message, 'killed'));
          world.through(gate);
          await world.reconcile();
        };
        await step();
        await world.runPipeline();
        await step();
        assert.deepEqual(reasons(await world.get()), succeeded);
        assert.equal((await world.admin.list(PipelineRuns)).items.length, 1);
      });
    }
  }
});
