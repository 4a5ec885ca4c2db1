import { testRules } from './testing/rule-table.ts';

testRules('what Tekton refuses in runs and policies', [
  {
    what: 'a TaskRun with both',
    kind: 'TaskRun',
    spec: { taskRef: { name: 'x' }, taskSpec: { steps: [{ name: 's', image: 'i' }] } },
    expected: ['expected exactly one, got both: spec.taskRef, spec.taskSpec'],
  },
  {
    what: 'a TaskRun whose Task is bad',
    kind: 'TaskRun',
    spec: { taskSpec: { steps: [{ name: 'S', image: 'i' }] } },
    expected: [
      'invalid value "S": spec.taskSpec.steps[0].name',
      'Task step name must be a valid DNS Label, For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    ],
  },
  {
    what: 'an undeclared param in an embedded Task',
    kind: 'TaskRun',
    spec: { taskSpec: { steps: [{ name: 's', image: 'i', args: ['$(params.q)'] }] } },
    expected: ['non-existent variable in "$(params.q)": spec.steps[0].args[0]'],
  },
  {
    what: 'an array within text in an embedded Task',
    kind: 'TaskRun',
    spec: {
      params: [{ name: 'l', value: ['a'] }],
      taskSpec: { steps: [{ name: 's', image: 'i', args: ['-$(params.l[*])'] }] },
    },
    expected: ['variable is not properly isolated in "-$(params.l[*])": spec.steps[0].args[0]'],
  },
  {
    what: 'an object without properties',
    kind: 'TaskRun',
    spec: {
      params: [{ name: 'o', value: { k: 'v' } }],
      taskSpec: {
        params: [{ name: 'o', type: 'object' }],
        steps: [{ name: 's', image: 'i', script: '$(params.o.k)' }],
      },
    },
    expected: ['missing field(s): spec.o.properties'],
  },
  {
    what: 'an embedded Task where that is switched off',
    kind: 'TaskRun',
    spec: { taskSpec: { steps: [{ name: 's', image: 'i' }] } },
    options: { featureFlags: { disableInlineSpec: ['taskrun'] } },
    expected: ['must not set the field(s): spec.taskSpec'],
  },
  {
    what: 'workspaces of a TaskRun',
    kind: 'TaskRun',
    spec: {
      taskRef: { name: 'x' },
      workspaces: [
        { name: 'a', emptyDir: {} },
        { name: 'A', emptyDir: {} },
        { name: 'b', emptyDir: {}, secret: { secretName: 's' } },
        { name: 'c', configMap: {} },
        { name: 'd', secret: {} },
        { name: 'e', projected: {} },
        { name: 'f', csi: {} },
        {},
      ],
    },
    expected: [
      'expected exactly one, got both: spec.workspaces[1].name, spec.workspaces[2].configmap, spec.workspaces[2].emptydir, spec.workspaces[2].persistentvolumeclaim, spec.workspaces[2].secret, spec.workspaces[2].volumeclaimtemplate',
      'missing field(s): spec.workspaces[3].configmap.name, spec.workspaces[4].secret.secretName, spec.workspaces[5].projected.sources, spec.workspaces[6].csi.driver, spec.workspaces[7]',
    ],
  },
  {
    what: 'debug, beta',
    kind: 'TaskRun',
    spec: { taskRef: { name: 'x' }, debug: { breakpoints: { onFailure: 'enabled' } } },
    expected: ['debug requires "enable-api-fields" feature gate to be "alpha" but it is "beta": '],
  },
  {
    what: 'debug',
    kind: 'TaskRun',
    spec: { taskRef: { name: 'x' }, debug: { breakpoints: { onFailure: 'on', beforeSteps: ['a', 'a'] } } },
    options: { featureFlags: { enableApiFields: 'alpha' } },
    expected: [
      'before step must be unique, the same step: a is defined multiple times at: spec.debug.breakpoints.beforeSteps[1]',
      'invalid value: on is not a valid onFailure breakpoint value, onFailure breakpoint is only allowed to be set as enabled: spec.debug.breakpoints.onFailure',
    ],
  },
  {
    what: 'debug before steps alone',
    kind: 'TaskRun',
    spec: { taskRef: { name: 'x' }, debug: { breakpoints: { beforeSteps: ['a'] } } },
    options: { featureFlags: { enableApiFields: 'alpha' } },
    expected: [
      'invalid value: onFailure breakpoint is empty, it is only allowed to be set as enabled: spec.debug.breakpoints.onFailure',
    ],
  },
  {
    what: 'overrides',
    kind: 'TaskRun',
    spec: {
      taskRef: { name: 'x' },
      stepSpecs: [
        {},
        { name: 'a' },
        { name: 'b', computeResources: { limits: { cpu: '1' } } },
        { name: 'B' },
      ],
      sidecarSpecs: [{ name: 'c' }, { name: 'c' }],
      computeResources: {},
    },
    expected: [
      'expected exactly one, got both: spec.computeResources, spec.sidecarSpecs[1].name, spec.stepSpecs.resources, spec.stepSpecs[2].name',
      'missing field(s): spec.stepSpecs[0].name',
    ],
  },
  {
    what: 'overrides, stable',
    kind: 'TaskRun',
    spec: { taskRef: { name: 'x' }, stepSpecs: [], sidecarSpecs: [], computeResources: {} },
    options: { featureFlags: { enableApiFields: 'stable' } },
    expected: [
      'computeResources requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": ',
      'sidecarSpecs requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": ',
      'stepSpecs requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": ',
    ],
  },
  {
    what: 'a status message without status',
    kind: 'TaskRun',
    spec: { taskRef: { name: 'x' }, statusMessage: 'm' },
    expected: [
      'invalid value: statusMessage should not be set if status is not set, but it is currently set to m: spec.statusMessage',
    ],
  },
  {
    what: 'a negative timeout of a TaskRun',
    kind: 'TaskRun',
    spec: { taskRef: { name: 'x' }, timeout: '-48h' },
    expected: ['invalid value: -48h0m0s should be >= 0: spec.timeout'],
  },
  {
    what: 'a forbidden variable',
    kind: 'TaskRun',
    spec: { taskRef: { name: 'x' }, podTemplate: { env: [{ name: 'X', value: '1' }] } },
    options: { defaults: { forbiddenEnv: ['X'] } },
    expected: ['invalid value: PodTemplate cannot update a forbidden env: X: spec.PodTemplate.Env'],
  },
  {
    what: 'a PipelineRun with both',
    kind: 'PipelineRun',
    spec: { pipelineRef: { name: 'x' }, pipelineSpec: { tasks: [{ name: 'a', taskRef: { name: 'x' } }] } },
    expected: ['expected exactly one, got both: spec.pipelineRef, spec.pipelineSpec'],
  },
  {
    what: 'an embedded Pipeline where that is switched off',
    kind: 'PipelineRun',
    spec: { pipelineSpec: { tasks: [{ name: 'a', taskRef: { name: 'x' } }] } },
    options: { featureFlags: { disableInlineSpec: ['pipelinerun'] } },
    expected: ['must not set the field(s): spec.pipelineSpec'],
  },
  {
    what: 'a bad status of a PipelineRun',
    kind: 'PipelineRun',
    spec: { pipelineRef: { name: 'x' }, status: 'Stop' },
    expected: [
      'invalid value: Stop should be Cancelled, CancelledRunFinally, StoppedRunFinally or PipelineRunPending: spec.status',
    ],
  },
  {
    what: 'an undeclared param in an embedded Pipeline',
    kind: 'PipelineRun',
    spec: {
      pipelineSpec: {
        tasks: [{ name: 'a', taskRef: { name: 'x' }, params: [{ name: 'p', value: '$(params.q)' }] }],
      },
    },
    expected: ['non-existent variable in "$(params.q)": spec[0].params[p]'],
  },
  {
    what: 'an undeclared param in a Task embedded twice',
    kind: 'PipelineRun',
    spec: {
      pipelineSpec: {
        tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's', image: 'i', args: ['$(params.q)'] }] } }],
      },
    },
    expected: ['non-existent variable in "$(params.q)": spec.steps[0].args[0]'],
  },
  {
    what: 'workspaces of a PipelineRun',
    kind: 'PipelineRun',
    spec: {
      pipelineRef: { name: 'x' },
      workspaces: [
        { name: 'a', emptyDir: {} },
        { name: 'a', emptyDir: {} },
      ],
    },
    expected: [
      'workspace "a" provided by pipelinerun more than once, at index 0 and 1: spec.workspaces[1].name',
    ],
  },
  {
    what: 'negative timeouts',
    kind: 'PipelineRun',
    spec: { pipelineRef: { name: 'x' }, timeouts: { pipeline: '-1h', tasks: '-1m', finally: '-1s' } },
    expected: [
      'invalid value: -1h0m0s should be >= 0: spec.timeouts.pipeline',
      'invalid value: -1m0s + -1s should be <= pipeline duration: spec.timeouts.finally, spec.timeouts.tasks',
      'invalid value: -1m0s should be <= pipeline duration: spec.timeouts.tasks',
      'invalid value: -1m0s should be >= 0: spec.timeouts.tasks',
      'invalid value: -1s should be <= pipeline duration: spec.timeouts.finally',
      'invalid value: -1s should be >= 0: spec.timeouts.finally',
    ],
  },
  {
    what: 'taskRunSpecs',
    kind: 'PipelineRun',
    spec: {
      pipelineRef: { name: 'x' },
      taskRunSpecs: [
        {
          pipelineTaskName: 'a',
          stepSpecs: [{ name: 's' }, { name: 's' }],
          sidecarSpecs: [{}],
          podTemplate: { env: [{ name: 'X', value: '1' }] },
          timeout: '2h',
        },
      ],
      timeouts: { pipeline: '3h', tasks: '1h' },
      taskRunTemplate: { podTemplate: { env: [{ name: 'X', value: '1' }] } },
    },
    options: { defaults: { forbiddenEnv: ['X'] } },
    expected: [
      'expected exactly one, got both: spec.taskRunSpecs[0].stepSpecs[1].name',
      'invalid value: 2h0m0s should be <= pipeline tasks duration 1h0m0s: spec.taskRunSpecs[0].timeout',
      'invalid value: PodTemplate cannot update a forbidden env: X: spec.taskRunSpecs[0].PodTemplate.Env, spec.taskRunTemplate.PodTemplate.Env',
      'missing field(s): spec.taskRunSpecs[0].sidecarSpecs[0].name',
    ],
  },
  {
    what: 'a CustomRun of nothing',
    kind: 'CustomRun',
    spec: {},
    expected: ['expected exactly one, got neither: spec.customRef, spec.customSpec'],
  },
  {
    what: 'a CustomRun without kind',
    kind: 'CustomRun',
    spec: { customRef: { apiVersion: 'a/b' } },
    expected: ['missing field(s): spec.customRef.kind'],
  },
  {
    what: 'a CustomRun with both',
    kind: 'CustomRun',
    spec: { customRef: { apiVersion: 'a/b', kind: 'C' }, customSpec: {} },
    expected: ['expected exactly one, got both: spec.customRef, spec.customSpec'],
  },
  {
    what: 'a CustomRun with a message',
    kind: 'CustomRun',
    spec: { customRef: { apiVersion: 'a/b', kind: 'C' }, statusMessage: 'm' },
    expected: [
      'invalid value: statusMessage should not be set if status is not set, but it is currently set to m: statusMessage',
    ],
  },
  {
    what: 'a CustomRun with params twice',
    kind: 'CustomRun',
    spec: {
      customSpec: { apiVersion: 'a/b', kind: 'C' },
      params: [
        { name: 'a', value: '1' },
        { name: 'a', value: '2' },
      ],
    },
    expected: ['expected exactly one, got both: spec.params[a].name'],
  },
  {
    what: 'a CustomRun whose workspace is nothing',
    kind: 'CustomRun',
    spec: { customSpec: { apiVersion: 'a/b', kind: 'C' }, workspaces: [{ name: 'w' }] },
    expected: [
      'expected exactly one, got neither: spec.workspaces[0].configmap, spec.workspaces[0].emptydir, spec.workspaces[0].persistentvolumeclaim, spec.workspaces[0].secret, spec.workspaces[0].volumeclaimtemplate',
    ],
  },
  {
    what: 'an empty policy',
    kind: 'VerificationPolicy',
    spec: {},
    expected: ['missing field(s): authorities, resources'],
  },
  {
    what: 'a wrong policy',
    kind: 'VerificationPolicy',
    spec: {
      resources: [{ pattern: 'a' }],
      authorities: [
        { name: 'a', key: {} },
        { name: 'b', key: { data: 'x', kms: 'y', hashAlgorithm: 'md5' } },
      ],
      mode: 'log',
    },
    expected: [
      'expected exactly one, got both: key[1].data, key[1].kms, key[1].secretref',
      'expected exactly one, got neither: key[0].data, key[0].kms, key[0].secretref',
      'invalid value: available values are: enforce, warn, but got: log: mode',
      'invalid value: md5: key[1].HashAlgorithm',
    ],
  },
]);
