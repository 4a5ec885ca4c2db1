import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { FactoryHome } from './testing/factory-home.ts';
import { findKubectl, Kubectl, noKubectl } from './testing/kubectl.ts';

const program = findKubectl();
const digest = `sha256:${'a'.repeat(64)}`;
const group = 'appstudio.redhat.com/v1alpha1';

function object(kind: string, name: string, spec: object, namespace = 'team'): object {
  return { apiVersion: group, kind, metadata: { name, namespace }, spec };
}

const namespaces = ['team', 'managed'].map((name) => ({
  ...{ apiVersion: 'v1', kind: 'Namespace' },
  metadata: { name },
}));
const objects = {
  application: object('Application', 'shop', { displayName: 'Shop' }),
  component: object('Component', 'web', {
    ...{ application: 'shop', componentName: 'web', containerImage: 'localhost/team/web' },
    source: { git: { url: 'https://git.test/web', revision: 'main' } },
  }),
  snapshot: object('Snapshot', 'shop-1', {
    application: 'shop',
    components: [{ name: 'web', containerImage: `localhost/team/web@${digest}` }],
  }),
  policy: object(
    'EnterpriseContractPolicy',
    'production',
    { sources: [{ policy: ['oci::localhost/none'] }] },
    'managed',
  ),
  admission: object(
    'ReleasePlanAdmission',
    'shop',
    {
      ...{ applications: ['shop'], origin: 'team', policy: 'production', environment: 'production' },
      pipeline: { pipelineRef: { name: 'push' } },
      data: { mapping: { components: [{ name: 'web', repository: 'localhost/out/web' }] } },
    },
    'managed',
  ),
  plan: object('ReleasePlan', 'shop', { application: 'shop', target: 'managed' }),
  release: object('Release', 'one', { snapshot: 'shop-1', releasePlan: 'shop' }),
};

const list = (items: object[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

describe('the objects of a release, by kubectl', { skip: program === undefined && noKubectl }, () => {
  let home: FactoryHome;
  let kubectl: Kubectl;
  before(async () => {
    home = await FactoryHome.create({ toolbox: false });
    const up = await home.assay(['up']);
    assert.equal(up.code, 0, up.stderr);
    const { stdout } = await home.assay(['kubeconfig']);
    kubectl = new Kubectl(program!, join(home.root, home.write(stdout, 'kubeconfig')), home.root);
    await kubectl.run('apply -f -', list(namespaces));
    await kubectl.run('apply -f -', list(Object.values(objects)));
  });
  after(async () => {
    await home.assay(['down']);
    home.remove();
  });

  /** The error of a command that must be refused. */
  async function refused(args: string[], input?: object): Promise<string> {
    const { code, stderr } = await kubectl.outcome(args, input && JSON.stringify(input));
    assert.notEqual(code, 0, `${args.join(' ')} went well`);
    return stderr;
  }
  const reason = 'jsonpath={.status.conditions[?(@.type=="Matched")].status}';
  const untilMatched = (what: string, value = 'True') =>
    kubectl.run(`wait --for=condition=Matched=${value} ${what} --timeout=20s`);

  test('what was applied is applied again without a change', async () => {
    const { release: _, ...others } = objects;
    const said = await kubectl.run('apply -f -', list(Object.values(others)));
    assert.deepEqual(said.trim().split('\n').sort(), [
      'application.appstudio.redhat.com/shop unchanged',
      'component.appstudio.redhat.com/web unchanged',
      'enterprisecontractpolicy.appstudio.redhat.com/production unchanged',
      'releaseplan.appstudio.redhat.com/shop unchanged',
      'releaseplanadmission.appstudio.redhat.com/shop unchanged',
      'snapshot.appstudio.redhat.com/shop-1 unchanged',
    ]);
    assert.match(
      await kubectl.run('apply -f -', JSON.stringify(objects.release)),
      /release.*\/one unchanged/,
    );
  });

  const shown: [shortName: string, namespace: string, table: RegExp][] = [
    ['app', 'team', /^NAME +AGE.*\nshop +/],
    ['comp', 'team', /^NAME +AGE.*\nweb +/],
    ['as', 'team', /^NAME +AGE\nshop-1 +\d+/],
    ['ecp', 'managed', /^NAME +AGE\nproduction +\d+/],
    ['rpa', 'managed', /^NAME +ENVIRONMENT +ORIGIN\nshop +production +team\n/],
    ['rp', 'team', /^NAME +APPLICATION +TARGET\nshop +shop +managed\n/],
    ['rel', 'team', /^NAME +SNAPSHOT +RELEASEPLAN +RELEASE STATUS +AGE\none +shop-1 +shop +\w+ +\d+/],
  ];
  for (const [shortName, namespace, table] of shown) {
    test(`get ${shortName} shows its columns`, async () => {
      if (shortName === 'rel')
        await kubectl.run('wait --for=condition=Released=False rel/one -n team --timeout=20s');
      assert.match(await kubectl.run(`get ${shortName} -n ${namespace}`), table);
    });
  }

  test('explain tells the fields of each kind', async () => {
    const fields: Record<string, RegExp> = {
      'applications.spec': /displayName/,
      'components.spec.source.git': /revision/,
      'snapshots.spec.components': /containerImage\s+<string> -required-/,
      'enterprisecontractpolicies.spec.sources': /policy\s+<\[\]string> -required-/,
      'releaseplanadmissions.spec': /policy\s+<string> -required-/,
      'releaseplans.spec': /releaseGracePeriodDays\s+<integer>/,
      'releases.spec': /snapshot\s+<string> -required-/,
    };
    for (const [path, expected] of Object.entries(fields))
      assert.match(await kubectl.run(`explain ${path}`), expected, path);
  });

  const wrong: [what: string, given: object, place: RegExp][] = [
    [
      'a Component without its Application',
      object('Component', 'bad', { componentName: 'bad' }),
      /spec\.application: Required value/,
    ],
    [
      'a Snapshot that names a tag',
      object('Snapshot', 'bad', {
        application: 'shop',
        components: [{ name: 'web', containerImage: 'localhost/team/web:1' }],
      }),
      /spec\.components\[0\]\.containerImage: Invalid value: .* by its digest/,
    ],
    [
      'an admission without a policy',
      object('ReleasePlanAdmission', 'bad', { applications: ['shop'], origin: 'team' }),
      /spec\.policy: Required value/,
    ],
    [
      'an admission of nothing',
      object('ReleasePlanAdmission', 'bad', { origin: 'team', policy: 'p' }),
      /spec\.applications: Required value/,
    ],
    [
      'a plan of nothing',
      object('ReleasePlan', 'bad', { target: 'managed' }),
      /spec\.application: Required value/,
    ],
    [
      'a Release of nothing',
      object('Release', 'bad', { releasePlan: 'shop' }),
      /spec\.snapshot: Required value/,
    ],
    [
      'a policy without sources',
      object('EnterpriseContractPolicy', 'bad', { sources: [] }),
      /spec\.sources: Invalid value/,
    ],
    [
      'the protection of what no repository is called',
      {
        ...{ apiVersion: 'registry.assay.dev/v1', kind: 'ProtectedRepository' },
        ...{ metadata: { name: 'bad', namespace: 'managed' }, spec: { repository: 'Production/*' } },
      },
      /spec\.repository: Invalid value: "Production\/\*"/,
    ],
    [
      'a name that is too long for a label',
      object('Release', 'bad', { releasePlan: 'x'.repeat(64), snapshot: 'shop-1' }),
      /spec\.releasePlan: /,
    ],
  ];
  for (const [what, given, place] of wrong)
    test(`${what} is refused, with its place`, async () => {
      assert.match(await refused(['create', '-f', '-'], given), place);
    });

  test('a field that does not exist is refused by name', async () => {
    const plan = object('ReleasePlan', 'bad', { application: 'shop', aplication: 'shop' });
    assert.match(await refused(['create', '-f', '-'], plan), /unknown field "spec\.aplication"/);
  });

  test('the spec of a Release, its author and the spec of a Snapshot stay as they are', async () => {
    const patch = (what: string, change: object) =>
      refused(['patch', what, '-n', 'team', '--type=merge', '-p', JSON.stringify(change)]);
    assert.match(
      await patch('rel/one', { spec: { snapshot: 'shop-2' } }),
      /release resources spec cannot be updated/,
    );
    const labels = { 'release.appstudio.openshift.io/author': 'somebody' };
    assert.match(await patch('rel/one', { metadata: { labels } }), /release author label cannot be updated/);
    assert.match(
      await patch('as/shop-1', { spec: { application: 'bank' } }),
      /spec: Forbidden: a Snapshot never changes/,
    );
  });

  test('plan and admission find each other, and lose each other', async () => {
    await untilMatched('rp/shop -n team');
    await untilMatched('rpa/shop -n managed');
    const plan = 'get rp shop -n team -o jsonpath={.status.releasePlanAdmission}';
    assert.equal(await kubectl.run(plan), '{"active":false,"name":"managed/shop"}');
    assert.equal(
      await kubectl.run('get rpa shop -n managed -o jsonpath={.status.releasePlans}'),
      '[{"active":false,"name":"team/shop"}]',
    );
    await kubectl.run('label rp shop -n team release.appstudio.openshift.io/auto-release=true');
    await kubectl.run(
      'wait --for=jsonpath={.status.releasePlanAdmission.active}=true rp/shop -n team --timeout=20s',
    );
    const yes = ['label', 'rp', 'shop', '-n', 'team', '--overwrite'];
    assert.match(
      await refused([...yes, 'release.appstudio.openshift.io/auto-release=yes']),
      /label can only be set to true or false/,
    );
    await kubectl.run('delete rpa shop -n managed');
    await untilMatched('rp/shop -n team', 'False');
    await kubectl.run('apply -f -', JSON.stringify(objects.admission));
    await untilMatched('rp/shop -n team');
    assert.equal(await kubectl.run(`get rpa shop -n managed -o ${reason}`), 'True');
  });
});
