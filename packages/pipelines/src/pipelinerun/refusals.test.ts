import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '@assay/kube';
import { KubeError, PersistentVolumeClaims } from '@assay/kube';
import type { PipelineRunSpec, PipelineTask } from '@assay/tekton';
import { succeededCondition } from '@assay/tekton';
import { Bench, says } from './testing/bench.ts';

const a: PipelineTask = { name: 'a', taskSpec: says('a', ['r']) };

interface Refusal {
  spec: PipelineRunSpec;
  reason: string;
  message: string;
  /** Whether the message is marked as the user's mistake. */
  user?: boolean;
}

const refusals: Record<string, Refusal> = {
  'a pipeline that does not exist': {
    spec: { pipelineRef: { name: 'none' } },
    reason: 'CouldntGetPipeline',
    message:
      'Error retrieving pipeline for pipelinerun default/run: error when getting Pipeline for PipelineRun run: pipelines.tekton.dev "none" not found',
  },
  'a resolver that is not there': {
    spec: { pipelineRef: { resolver: 'git', params: [{ name: 'url', value: 'u' }] } },
    reason: 'CouldntGetPipeline',
    message:
      'Error retrieving pipeline for pipelinerun default/run: error when getting Pipeline for PipelineRun run: the resolver "git" is not available',
  },
  'neither reference nor spec': {
    spec: {},
    reason: 'CouldntGetPipeline',
    message:
      'Error retrieving pipeline for pipelinerun default/run: pipelineRun run not providing PipelineRef or PipelineSpec',
  },
  'a bundle of pipelines': {
    spec: { pipelineRef: { name: 'p', bundle: 'registry/b' } },
    reason: 'CouldntGetPipeline',
    message: 'Error retrieving pipeline for pipelinerun default/run: pipelineRef.bundle is not supported',
  },
  'a task that does not exist': {
    spec: { pipelineSpec: { tasks: [{ name: 'a', taskRef: { name: 'none' } }] } },
    reason: 'CouldntGetTask',
    message:
      'Pipeline default/run can\'t be Run; it contains Tasks that don\'t exist: Couldn\'t retrieve Task "none": tasks.tekton.dev "none" not found',
  },
  'a task through a resolver that is not there': {
    spec: {
      pipelineSpec: {
        tasks: [{ name: 'a', taskRef: { resolver: 'hub', params: [{ name: 'x', value: 'y' }] } }],
      },
    },
    reason: 'CouldntGetTask',
    message:
      'Pipeline default/run can\'t be Run; it contains Tasks that don\'t exist: Couldn\'t retrieve Task "": the resolver "hub" is not available',
  },
  'a circle of tasks': {
    spec: {
      pipelineSpec: {
        tasks: [
          { ...a, runAfter: ['b'] },
          { name: 'b', taskSpec: says('b'), runAfter: ['a'] },
        ],
      },
    },
    reason: 'PipelineInvalidGraph',
    message: 'PipelineRun default/run\'s Pipeline DAG is invalid: cycle detected; task "a" depends on "b"',
    user: true,
  },
  'a spec that breaks the rules of its kind': {
    spec: { pipelineSpec: { tasks: [{ ...a, name: 'Not a name' }] } },
    reason: 'PipelineValidationFailed',
    message:
      'Pipeline default/run can\'t be Run; it has an invalid spec: invalid value "Not a name": tasks[0].name\nPipeline Task name must be a valid DNS Label.For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    user: true,
  },
  'a limit that is no duration': {
    spec: { timeouts: { pipeline: '-1s' }, pipelineSpec: { tasks: [a] } },
    reason: 'PipelineValidationFailed',
    message:
      "Pipeline default/run can't be Run; it has an invalid spec: invalid value: -1s should be >= 0: spec.timeouts.pipeline",
    user: true,
  },
  'a missing param': {
    spec: { pipelineSpec: { params: [{ name: 'x' }], tasks: [a] } },
    reason: 'ParameterMissing',
    message:
      'PipelineRun default/run is missing some parameters required by Pipeline default/run: pipelineRun missing parameters: [x]',
    user: true,
  },
  'a param of another type': {
    spec: { params: [{ name: 'x', value: ['y'] }], pipelineSpec: { params: [{ name: 'x' }], tasks: [a] } },
    reason: 'ParameterTypeMismatch',
    message:
      "PipelineRun default/run parameters have mismatching types with Pipeline default/run's parameters: parameters have inconsistent types : [x]",
    user: true,
  },
  'an object param without a key': {
    spec: {
      params: [{ name: 'x', value: { k: 'v' } }],
      pipelineSpec: { params: [{ name: 'x', type: 'object', properties: { k: {}, l: {} } }], tasks: [a] },
    },
    reason: 'ObjectParameterMissKeys',
    message:
      "PipelineRun default/run parameters is missing object keys required by Pipeline default/run's parameters: pipelineRun missing object keys for parameters: map[x:[l]]",
    user: true,
  },
  'an array element that is not there': {
    spec: {
      params: [{ name: 'x', value: ['y'] }],
      pipelineSpec: {
        params: [{ name: 'x', type: 'array' }],
        tasks: [{ ...a, params: [{ name: 'p', value: '$(params.x[3])' }] }],
      },
    },
    reason: 'ParamArrayIndexingInvalid',
    message:
      "PipelineRun default/run failed validation: failed to validate Pipeline default/run's parameter which has an invalid index while referring to an array: non-existent param references:[$(params.x[3])]",
    user: true,
  },
  'a workspace that is not bound': {
    spec: { pipelineSpec: { workspaces: [{ name: 'w' }], tasks: [a] } },
    reason: 'InvalidWorkspaceBindings',
    message:
      'PipelineRun default/run doesn\'t bind Pipeline default/run\'s Workspaces correctly: pipeline requires workspace with name "w" be provided by pipelinerun',
    user: true,
  },
  'overrides for a task that is not there': {
    spec: { taskRunSpecs: [{ pipelineTaskName: 'z' }], pipelineSpec: { tasks: [a] } },
    reason: 'InvalidTaskRunSpecs',
    message:
      'PipelineRun default/run doesn\'t define taskRunSpecs correctly: pipelineRun\'s taskrunSpecs defined wrong taskName: "z", does not exist in Pipeline',
    user: true,
  },
  'a param that a Task needs': {
    spec: { pipelineSpec: { tasks: [{ name: 'a', taskRef: { name: 'needy' } }] } },
    reason: 'PipelineValidationFailed',
    message:
      'Validation failed for pipelinerun run with error invalid input params for task needy: missing values for these params which have no default values: [p]',
    user: true,
  },
  'a result that its task does not declare': {
    spec: { pipelineSpec: { tasks: [a, { name: 'b', taskSpec: says('$(tasks.a.results.other)') }] } },
    reason: 'InvalidTaskResultReference',
    message:
      'invalid result reference in pipeline task "b": "other" is not a named result returned by pipeline task "a"',
  },
  'a pipeline result that no task declares': {
    spec: { pipelineSpec: { tasks: [a], results: [{ name: 'x', value: '$(tasks.a.results.other)' }] } },
    reason: 'InvalidPipelineResultReference',
    message:
      'Failed to resolve pipeline result reference for "run" with error invalid pipeline result "x": "other" is not a named result returned by pipeline task "a"',
  },
  'an optional workspace for a task that requires it': {
    spec: {
      pipelineSpec: {
        workspaces: [{ name: 'w', optional: true }],
        tasks: [{ name: 'a', taskRef: { name: 'writes' }, workspaces: [{ name: 'out', workspace: 'w' }] }],
      },
    },
    reason: 'RequiredWorkspaceMarkedOptional',
    message:
      'Optional workspace not supported by task: pipeline workspace "w" is marked optional but pipeline task "a" requires it be provided',
    user: true,
  },
  'a mentioned workspace that nobody provides': {
    spec: { pipelineSpec: { tasks: [{ name: 'a', taskSpec: says('$(workspaces.w.path)') }] } },
    reason: 'CreateRunFailed',
    message: 'expected workspace "w" to be provided by pipelinerun for pipeline task "a"',
  },
  'a matrix over a text': {
    spec: {
      params: [{ name: 'x', value: 'y' }],
      pipelineSpec: {
        params: [{ name: 'x' }],
        tasks: [{ ...a, matrix: { params: [{ name: 'p', value: '$(params.x)' }] } }],
      },
    },
    reason: 'InvalidMatrixParameterTypes',
    message: 'parameters of type array only are allowed, but param "p" has type "string" in pipelineTask "a"',
    user: true,
  },
};

for (const [what, { spec, reason, message, user }] of Object.entries(refusals)) {
  test(`a run with ${what} fails and creates nothing`, async () => {
    const bench = new Bench();
    await bench.addTask('needy', { ...says('needy'), params: [{ name: 'p' }] });
    await bench.addTask('writes', { ...says('writes'), workspaces: [{ name: 'out' }] });
    await bench.post(spec);
    await bench.turn();
    const run = await bench.run();
    const condition = succeededCondition(run);
    const expected = user ? `[User error] ${message}` : message;
    assert.deepEqual([condition?.status, condition?.reason, condition?.message], ['False', reason, expected]);
    assert.equal(run.status?.completionTime, '2026-01-01T00:00:00Z');
    assert.deepEqual(await bench.started(), []);
  });
}

function failing(bench: Bench, method: 'create' | 'get', plural: string, error: Error): Client {
  const { client } = bench;
  const guarded =
    (name: 'create' | 'get') =>
    (resource: { plural: string }, ...rest: unknown[]) =>
      name === method && resource.plural === plural
        ? Promise.reject(error)
        : (client[name] as (...args: unknown[]) => Promise<unknown>).call(client, resource, ...rest);
  return {
    create: guarded('create'),
    get: guarded('get'),
    list: client.list.bind(client),
    update: client.update.bind(client),
    updateStatus: client.updateStatus.bind(client),
    patch: client.patch.bind(client),
    delete: client.delete.bind(client),
    watch: client.watch.bind(client),
  } as Client;
}

const claimed: PipelineRunSpec = {
  workspaces: [{ name: 'w', volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'] } } }],
  pipelineSpec: {
    workspaces: [{ name: 'w' }],
    tasks: [{ name: 'a', taskSpec: says('$(workspaces.w.path)') }],
  },
};

test('a claim that the API refuses fails the run', async () => {
  const bench = new Bench();
  await bench.post(claimed);
  const refused = new KubeError('Forbidden', 'no more disks');
  await bench.turn(failing(bench, 'create', 'persistentvolumeclaims', refused));
  assert.match(
    await bench.verdict(),
    /^False CouldntCreateWorkspacePVC: Failed to create PVC for PipelineRun default\/run correctly: PVC creation error for pvc-[0-9a-f]{10}: no more disks$/,
  );
  assert.deepEqual(await bench.started(), []);
});

test("a run's claims are made before its tasks, and owned by it", async () => {
  const bench = new Bench();
  await bench.post(claimed);
  await bench.turn();
  const [claim] = (await bench.user.list(PersistentVolumeClaims)).items;
  const [binding] = (await bench.taskRun('a')).spec.workspaces ?? [];
  assert.deepEqual(binding, { name: 'w', persistentVolumeClaim: { claimName: claim?.metadata.name } });
  assert.equal(claim?.metadata.ownerReferences?.[0]?.uid, (await bench.run()).metadata.uid);
});

test('a TaskRun that the API will never take fails the run, and stops what it has started', async () => {
  const bench = new Bench();
  await bench.post({
    pipelineSpec: {
      tasks: [a, { name: 'b', taskSpec: says('b'), runAfter: ['a'] }, { name: 'c', taskSpec: says('c') }],
    },
  });
  await bench.turn();
  await bench.finish('a');
  await bench.turn(failing(bench, 'create', 'taskruns', new KubeError('Invalid', 'not like this')));
  assert.equal(await bench.verdict(), 'False CreateRunFailed: not like this');
  assert.equal((await bench.taskRun('c')).spec.status, 'TaskRunCancelled');
});

test('a fault that may pass is thrown, changes nothing, and the next turn goes on', async () => {
  const bench = new Bench();
  await bench.addTask('build', says('build'));
  await bench.post({ pipelineSpec: { tasks: [{ name: 'a', taskRef: { name: 'build' } }] } });
  for (const [method, plural] of [
    ['get', 'tasks'],
    ['create', 'taskruns'],
  ] as const) {
    const fault = new KubeError('Unavailable', 'try again');
    await assert.rejects(bench.turn(failing(bench, method, plural, fault)), fault);
    assert.equal((await bench.run()).status, undefined);
  }
  await bench.turn();
  assert.deepEqual(await bench.started(), ['a']);
});
