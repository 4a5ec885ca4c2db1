import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type KubectlHost, kubectlPrograms, noKubectl, startKubectlHost } from './testing/kubectl.ts';

const programs = kubectlPrograms();

function manifest(kind: string, name: string, more: object, metadata: object = {}): string {
  const apiVersion = kind === 'TaskRun' ? 'tekton.dev/v1' : 'v1';
  return JSON.stringify({ apiVersion, kind, metadata: { name, ...metadata }, ...more });
}

test('a kubectl is at hand', { skip: programs.length === 0 && noKubectl }, () => {
  assert.ok(programs.length > 0);
});

for (const { name, path } of programs) {
  describe(`with ${name}`, { concurrency: 4 }, () => {
    let host: KubectlHost;
    before(async () => {
      host = await startKubectlHost(path);
    });
    after(() => host.close());
    const run = (args: string, input?: string) => host.run(args.split(' '), input);
    const fails = async (args: string, expected: RegExp, input?: string) => {
      const { status, stderr } = await host.kubectl(args.split(' '), input);
      assert.notEqual(status, 0);
      assert.match(stderr, expected);
    };

    test('api-resources tells what is served', async () => {
      const resources = await run('api-resources');
      assert.match(resources, /^configmaps +cm +v1 +true +ConfigMap *$/m);
      assert.match(resources, /^taskruns +tr +tekton\.dev\/v1 +true +TaskRun *$/m);
      assert.match(resources, /^selfsubjectaccessreviews +authorization\.k8s\.io\/v1 +false/m);
      if (name !== 'kubectl-old') {
        assert.equal(await run('api-resources --categories=tekton -o name'), 'taskruns.tekton.dev\n');
      }
      assert.match(await run('api-versions'), /^apiextensions\.k8s\.io\/v1$/m);
      assert.match(await run('version'), /v1\.34/);
    });

    test('apply creates, changes and leaves alone, for kinds built in and brought', async () => {
      const map = (value: string) => manifest('ConfigMap', 'applied', { data: { a: value, b: '1' } });
      assert.equal(await run('apply -f -', map('1')), 'configmap/applied created\n');
      assert.equal(await run('apply -f -', map('2')), 'configmap/applied configured\n');
      assert.equal(await run('apply -f -', map('2')), 'configmap/applied unchanged\n');
      const fewer = manifest('ConfigMap', 'applied', { data: { a: '2' } });
      await run('apply -f -', fewer);
      assert.equal(await run('get cm applied -o jsonpath={.data}'), '{"a":"2"}');
      const taskRun = (timeout: string) => manifest('TaskRun', 'applied', { spec: { timeout } });
      assert.equal(await run('apply -f -', taskRun('1h')), 'taskrun.tekton.dev/applied created\n');
      assert.equal(await run('apply -f -', taskRun('2h')), 'taskrun.tekton.dev/applied configured\n');
      assert.equal(await run('diff -f -', taskRun('2h')), '');
      assert.equal((await host.kubectl(['diff', '-f', '-'], taskRun('3h'))).status, 1);
    });

    test('a field that its kind does not have is refused, or warned of', async () => {
      const wrong = manifest('ConfigMap', 'wrong', { foo: 1 });
      await fails('apply -f -', /unknown field "foo"/, wrong);
      await fails(
        'create -f -',
        /unknown field "(spec\.)?bar"/,
        manifest('TaskRun', 'wrong', { spec: { bar: 1 } }),
      );
      assert.match(await run('apply --validate=false -f -', wrong), /created/);
      assert.equal(await run('get cm wrong -o jsonpath={.foo}'), '');
    });

    test('create makes objects of every built-in kind', async () => {
      assert.equal(await run('create namespace made'), 'namespace/made created\n');
      await run('create configmap c --from-literal=a=b -n made');
      await run('create secret generic s --from-literal=a=b -n made');
      await run('create serviceaccount robot -n made');
      await run('create role reader --verb=get --resource=configmaps -n made');
      await run('create rolebinding reads --role=reader --serviceaccount=made:robot -n made');
      const list = await run('get cm,secret,sa,role,rolebinding -n made -o name');
      assert.deepEqual(list.trim().split('\n').sort(), [
        'configmap/c',
        'role.rbac.authorization.k8s.io/reader',
        'rolebinding.rbac.authorization.k8s.io/reads',
        'secret/s',
        'serviceaccount/robot',
      ]);
      assert.equal(await run('get secret s -n made -o jsonpath={.data.a}'), 'Yg==');
      await fails('create namespace made', /AlreadyExists/);
      assert.equal(await run('delete namespace made'), 'namespace "made" deleted\n');
      await fails('get ns made', /NotFound/);
    });

    test('get shows tables, wide ones, yaml, json, names and chosen columns', async () => {
      await run(
        'create -f -',
        manifest('TaskRun', 'shown', { spec: { timeout: '1h' } }, { labels: { l: 'get' } }),
      );
      assert.match(await run('get tr shown'), /^NAME +SUCCEEDED +STARTTIME\nshown +<unknown> *\n$/);
      assert.match(await run('get tr shown -o wide'), /^NAME +SUCCEEDED +STARTTIME +POD\n/);
      assert.match(
        await run('get taskruns.tekton.dev -A -l l=get --show-labels'),
        /NAMESPACE.*LABELS\ndefault +shown .*l=get/,
      );
      assert.match(await run('get tr shown -o yaml'), /^apiVersion: tekton\.dev\/v1\nkind: TaskRun\n/);
      assert.equal(JSON.parse(await run('get tr -l l=get -o json')).items.length, 1);
      assert.equal(
        await run('get tr shown -o custom-columns=N:.metadata.name,T:.spec.timeout'),
        'N       T\nshown   1h\n',
      );
      assert.equal(
        await run('get tr -l l=get --sort-by=.metadata.name -o name'),
        'taskrun.tekton.dev/shown\n',
      );
      assert.equal(
        await run('get tr --field-selector metadata.name=shown -o name'),
        'taskrun.tekton.dev/shown\n',
      );
      assert.match(await run('get ns default'), /^NAME +STATUS +AGE\ndefault +Active +\d+s\n$/);
      await fails('get tr none', /\(NotFound\).*taskruns\.tekton\.dev "none" not found/);
      await fails('get nothing', /doesn't have a resource type "nothing"/);
    });

    test('get -w follows changes', async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const lines: string[] = [];
      const stop = host.follow(['get', 'cm', '-w', '-l', 'l=watch', '--no-headers'], (line) => {
        lines.push(line.replaceAll(/ +/g, ' '));
        if (lines.length === 2) resolve();
      });
      await run(
        'create -f -',
        manifest('ConfigMap', 'watched', { data: { a: '1' } }, { labels: { l: 'watch' } }),
      );
      await run('patch cm watched -p {"data":{"b":"2"}}');
      await promise;
      await stop();
      assert.match(lines[0]!, /^watched 1 /);
      assert.match(lines[1]!, /^watched 2 /);
    });

    test('describe shows the object and its events', async () => {
      await run('create -f -', manifest('TaskRun', 'told', { spec: { timeout: '1h' } }));
      const uid = await run('get tr told -o jsonpath={.metadata.uid}');
      const involvedObject = { kind: 'TaskRun', namespace: 'default', name: 'told', uid };
      await run(
        'create -f -',
        manifest('Event', 'told.1', {
          involvedObject,
          reason: 'Started',
          message: 'it goes',
          type: 'Normal',
        }),
      );
      await run(
        'create -f -',
        manifest('Event', 'other.1', {
          involvedObject: { ...involvedObject, name: 'other', uid: 'x' },
          reason: 'Elsewhere',
        }),
      );
      const text = await run('describe tr told');
      assert.match(text, /^Name: +told$/m);
      assert.match(text, /Normal +Started .*it goes/);
      assert.doesNotMatch(text, /Elsewhere/);
      assert.match(await run('get events'), /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n/);
    });

    test('explain tells the fields of kinds built in and brought', async () => {
      assert.match(await run('explain tr.spec.timeout'), /When it is stopped\./);
      assert.match(await run('explain cm.data'), /map\[string\]string/);
      assert.match(await run('explain pods.spec.containers.env'), /valueFrom/);
      assert.match(await run('explain tr.metadata'), /ownerReferences/);
      await fails('explain tr.spec.nothing', /field "nothing" does not exist/);
    });

    test('patches of every type', async () => {
      await run('create -f -', manifest('ConfigMap', 'patched', { data: { a: '1' } }));
      await run('patch cm patched --type=json -p [{"op":"add","path":"/data/b","value":"2"}]');
      await run('patch cm patched --type=merge -p {"data":{"a":null}}');
      await run('patch cm patched --type=strategic -p {"metadata":{"finalizers":["x.y/z"]}}');
      await run('patch cm patched --type=strategic -p {"metadata":{"finalizers":["x.y/w"]}}');
      assert.equal(
        await run('get cm patched -o jsonpath={.data}{.metadata.finalizers}'),
        '{"b":"2"}["x.y/z","x.y/w"]',
      );
      const remove = '{"metadata":{"$deleteFromPrimitiveList/finalizers":["x.y/z","x.y/w"]}}';
      await run(`patch cm patched -p ${remove}`);
      assert.equal(await run('get cm patched -o jsonpath={.metadata.finalizers}'), '');
      await run('create -f -', manifest('TaskRun', 'patched', { spec: {} }));
      await fails(
        'patch tr patched --type=strategic -p {}',
        /UnsupportedMediaType|not supported|unknown format/,
      );
      await fails(
        'patch cm patched --type=json -p [{"op":"remove","path":"/data/none"}]',
        /The request is invalid/,
      );
    });

    test('label and annotate', async () => {
      await run('create -f -', manifest('TaskRun', 'marked', { spec: {} }));
      await run('label tr marked a=1 b=2');
      await fails('label tr marked a=3', /already has a value/);
      await run('label tr marked a=3 b- --overwrite');
      await run('annotate tr marked note=x');
      assert.equal(
        await run('get tr marked -o jsonpath={.metadata.labels}{.metadata.annotations.note}'),
        '{"a":"3"}x',
      );
    });

    test('wait sees a condition come, and an object go', async () => {
      await run('create -f -', manifest('TaskRun', 'awaited', { spec: {} }));
      const waiting = run('wait --for=condition=Succeeded tr/awaited --timeout=20s');
      // Status is the runner's to write; to this server's admin the resource is reserved.
      const { runnerIdentity } = await import('../src/index.ts');
      const { TaskRuns } = await import('./testing/kubectl.ts');
      const status = { conditions: [{ type: 'Succeeded', status: 'True' }] };
      await host.store
        .client(runnerIdentity)
        .patch(TaskRuns, 'default', 'awaited', { status }, { subresource: 'status' });
      assert.match(await waiting, /condition met/);
      assert.match(await run('get tr awaited'), /awaited +True/);
      await run('patch tr awaited --type=merge -p {"metadata":{"finalizers":["x.y/z"]}}');
      await run('delete tr awaited --wait=false');
      const gone = run('wait --for=delete tr/awaited --timeout=20s');
      await new Promise((resolve) => setTimeout(resolve, 300));
      await run('patch tr awaited --type=merge -p {"metadata":{"finalizers":null}}');
      assert.match(await gone, /condition met|deleted/);
    });

    test('auth can-i tells what roles permit', async () => {
      assert.equal(await run('auth can-i create taskruns.tekton.dev'), 'yes\n');
      await run('create serviceaccount limited');
      await run('create role lists --verb=get,list --resource=configmaps');
      await run('create rolebinding lists --role=lists --serviceaccount=default:limited');
      const as = '--as=system:serviceaccount:default:limited';
      assert.equal(await run(`auth can-i list configmaps ${as}`), 'yes\n');
      const no = await host.kubectl(`auth can-i delete configmaps ${as}`.split(' '));
      assert.deepEqual([no.status, no.stdout], [1, 'no\n']);
      assert.match(await run(`auth can-i --list ${as}`), /^configmaps +\[\] +\[\] +\[get list\]$/m);
      await fails(`get secrets ${as}`, /\(Forbidden\).*cannot list resource "secrets"/);
    });

    test('dry runs keep nothing', async () => {
      const map = manifest('ConfigMap', 'dry', { data: {} });
      assert.match(await run('apply --dry-run=server -f -', map), /created \(server dry run\)/);
      await fails('get cm dry', /NotFound/);
      await run('create -f -', map);
      assert.match(await run('delete cm dry --dry-run=server'), /deleted/);
      assert.equal(await run('get cm dry -o name'), 'configmap/dry\n');
    });

    test('edit replaces at the version it read', async () => {
      await run('create -f -', manifest('ConfigMap', 'replaced', { data: { a: '1' } }));
      const old = await run('get cm replaced -o json');
      await run('replace -f -', old.replace('"1"', '"2"'));
      await fails('replace -f -', /Conflict/, old.replace('"1"', '"3"'));
    });

    for (const [cascade, policy] of [
      ['background', 'Background'],
      ['foreground', 'Foreground'],
      ['orphan', 'Orphan'],
    ] as const) {
      test(`delete with ${policy} propagation`, async () => {
        await run('create -f -', manifest('ConfigMap', `owner-${cascade}`, {}));
        const uid = await run(`get cm owner-${cascade} -o jsonpath={.metadata.uid}`);
        const ownerReferences = [
          { apiVersion: 'v1', kind: 'ConfigMap', name: `owner-${cascade}`, uid, blockOwnerDeletion: true },
        ];
        await run('create -f -', manifest('ConfigMap', `owned-${cascade}`, {}, { ownerReferences }));
        await run(`delete cm owner-${cascade} --cascade=${cascade}`);
        await host.store.settled();
        const { stdout } = await host.kubectl(['get', 'cm', `owned-${cascade}`, '-o', 'name']);
        assert.equal(stdout, cascade === 'orphan' ? 'configmap/owned-orphan\n' : '');
      });
    }

    test('delete of many, by label', async () => {
      for (const one of ['x', 'y']) {
        await run('create -f -', manifest('ConfigMap', `many-${one}`, {}, { labels: { l: 'many' } }));
      }
      assert.match(await run('delete cm -l l=many'), /"many-x" deleted.*\n.*"many-y" deleted/);
      assert.equal(await run('get cm -l l=many -o name'), '');
    });

    test('server-side apply tells of a conflict, and takes over by force', async () => {
      const apply = (manager: string, data: object | undefined, more = '') =>
        [
          `apply --server-side --field-manager=${manager}${more} -f -`,
          manifest('ConfigMap', 'shared', { data }),
        ] as const;
      assert.equal(await run(...apply('one', { a: '1', b: '1' })), 'configmap/shared serverside-applied\n');
      await run(...apply('two', { c: '1' }));
      const [args, input] = apply('two', { a: '2', c: '1' });
      await fails(args, /Apply failed with 1 conflict: conflict with "one": \.data\.a/, input);
      await run(...apply('two', { a: '2', c: '1' }, ' --force-conflicts'));
      await run(...apply('one', undefined));
      assert.equal(await run('get cm shared -o jsonpath={.data}'), '{"a":"2","c":"1"}');
      const managers = JSON.parse(await run('get --raw /api/v1/namespaces/default/configmaps/shared'))
        .metadata.managedFields;
      assert.deepEqual(
        managers.map((entry: { manager: string; operation: string; fieldsV1: object }) => [
          entry.manager,
          entry.operation,
          entry.fieldsV1,
        ]),
        [['two', 'Apply', { 'f:data': { 'f:a': {}, 'f:c': {} } }]],
      );
    });

    test('server-side apply of what was applied by the client takes it over', async () => {
      const input = (a: string) => manifest('ConfigMap', 'moved', { data: { a } });
      await run('apply -f -', input('1'));
      assert.equal(await run('apply --server-side -f -', input('2')), 'configmap/moved serverside-applied\n');
      assert.equal(await run('get cm moved -o jsonpath={.data.a}'), '2');
    });
  });
}
