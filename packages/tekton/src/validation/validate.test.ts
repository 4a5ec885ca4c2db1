import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FeatureFlags } from '../defaults/config.ts';
import { setDefaults } from '../defaults/set-defaults.ts';
import { formatFieldErrors } from './field-error.ts';
import { validateObject } from './validate.ts';

const object = (kind: string, spec: object, name = 'x') => ({
  apiVersion: kind === 'StepAction' ? 'tekton.dev/v1beta1' : 'tekton.dev/v1',
  kind,
  metadata: { name },
  spec,
});
const check = (kind: string, spec: object, featureFlags: FeatureFlags = {}) =>
  formatFieldErrors(validateObject(setDefaults(object(kind, spec)), { featureFlags }));
const step = { name: 's', image: 'i' };
const taskSpec = { steps: [step] };

const cases: Array<[what: string, kind: string, spec: object, expected: string]> = [
  ['a Task without steps', 'Task', {}, 'missing field(s): spec.steps'],
  ['a step without image', 'Task', { steps: [{ name: 's' }] }, 'missing field(s): spec.steps[0].Image'],
  [
    'a sidecar without image',
    'Task',
    { ...taskSpec, sidecars: [{ name: 'c' }] },
    'missing field(s): spec.sidecars.image',
  ],
  [
    'a step name twice',
    'Task',
    { steps: [step, step] },
    'expected exactly one, got both: spec.steps[1].name',
  ],
  [
    'a bad step name',
    'Task',
    { steps: [{ ...step, name: 'S_' }] },
    'invalid value "S_": spec.steps[0].name\nTask step name must be a valid DNS Label, For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
  ],
  [
    'script and command',
    'Task',
    { steps: [{ ...step, script: 'x', command: ['y'] }] },
    'script cannot be used with command: spec.steps[0].script',
  ],
  [
    'a bad onError',
    'Task',
    { steps: [{ ...step, onError: 'ignore' }] },
    'invalid value: "ignore": spec.steps[0].onError\nTask step onError must be either "continue" or "stopAndFail"',
  ],
  [
    'a negative timeout',
    'Task',
    { steps: [{ ...step, timeout: '-1s' }] },
    'invalid value: -1s: spec.steps[0].negative timeout',
  ],
  [
    'a mount under /tekton',
    'Task',
    { steps: [{ ...step, volumeMounts: [{ name: 'v', mountPath: '/tekton/x' }] }] },
    'volumeMount cannot be mounted under /tekton/ (volumeMount "v" mounted at "/tekton/x"): spec.steps[0].volumeMounts[0].mountPath',
  ],
  [
    'a volume twice',
    'Task',
    { ...taskSpec, volumes: [{ name: 'v' }, { name: 'v' }] },
    'multiple volumes with same name "v": spec.volumes[1].name',
  ],
  [
    'a workspace twice',
    'Task',
    { ...taskSpec, workspaces: [{ name: 'w' }, { name: 'w', mountPath: '/other' }] },
    'workspace name "w" must be unique: spec.workspaces[1].name',
  ],
  [
    'a mount path twice',
    'Task',
    {
      ...taskSpec,
      workspaces: [
        { name: 'v', mountPath: '/p' },
        { name: 'w', mountPath: '/p' },
      ],
    },
    'workspace mount path "/p" must be unique: spec.workspaces[1].mountpath',
  ],
  [
    'a workspace that is not declared',
    'Task',
    { steps: [{ ...step, workspaces: [{ name: 'w' }] }] },
    'undefined workspace "w": spec.steps[0].workspaces[0].name',
  ],
  [
    'the reserved sidecar',
    'Task',
    { ...taskSpec, sidecars: [{ name: 'tekton-log-results', image: 'i' }] },
    'Invalid: cannot use reserved sidecar name tekton-log-results : spec.sidecars.name',
  ],
  [
    'an unknown param',
    'Task',
    { steps: [{ ...step, script: '$(params.x)' }] },
    'non-existent variable in "$(params.x)": spec.steps[0].script',
  ],
  [
    'an array where text is needed',
    'Task',
    { params: [{ name: 'l', type: 'array' }], steps: [{ ...step, script: '$(params.l[*])' }] },
    'variable type invalid in "$(params.l[*])": spec.steps[0].script',
  ],
  [
    'an array within text',
    'Task',
    { params: [{ name: 'l', type: 'array' }], steps: [{ ...step, args: ['-$(params.l[*])'] }] },
    'variable is not properly isolated in "-$(params.l[*])": spec.steps[0].args[0]',
  ],
  [
    'a default of another type',
    'Task',
    { ...taskSpec, params: [{ name: 'p', type: 'array', default: 'x' }] },
    '"array" type does not match default value\'s type: "string": spec.params.p.default.type, spec.params.p.type',
  ],
  [
    'an unknown type',
    'Task',
    { ...taskSpec, params: [{ name: 'p', type: 'number' }] },
    'invalid value: number: spec.params.p.type',
  ],
  [
    'a param twice',
    'Task',
    { ...taskSpec, params: [{ name: 'p' }, { name: 'p' }] },
    'parameter appears more than once: spec.params[p]',
  ],
  [
    'an object without properties',
    'Task',
    { ...taskSpec, params: [{ name: 'o', type: 'object' }] },
    'missing field(s): spec.o.properties',
  ],
  [
    'a step result in a script',
    'Task',
    { steps: [{ ...step, script: '$(steps.a.results.r)' }] },
    'stepResult substitutions are only allowed in env, command and args. Found usage in: spec.steps[0].script',
  ],
  [
    'artifacts without their flag',
    'Task',
    { steps: [{ ...step, script: '$(artifacts.path)' }] },
    'feature flag enable-artifacts should be set to true to use artifacts feature.: spec.steps[0]',
  ],
  [
    'streams outside alpha',
    'Task',
    { steps: [{ ...step, stdoutConfig: { path: '/x' } }] },
    'step stdout stream support requires "enable-api-fields" feature gate to be "alpha" but it is "beta": ',
  ],
  [
    'an image with a ref',
    'Task',
    { steps: [{ ...step, ref: { name: 'a' } }] },
    'image cannot be used with Ref: spec.steps[0].image',
  ],
  [
    'params without a ref',
    'Task',
    { steps: [{ ...step, params: [], when: [{ input: 'a', operator: 'is', values: ['b'] }] }] },
    'invalid value: operator "is" is not recognized. valid operators: in,notin: spec.steps[0].when[0]',
  ],
  [
    'a StepAction with params in its script',
    'StepAction',
    { image: 'i', script: '$(params.x)', params: [{ name: 'x' }] },
    'param substitution in scripts is not allowed.: spec.script',
  ],
  [
    'an empty Pipeline',
    'Pipeline',
    {},
    'expected at least one, got none: spec.description, spec.params, spec.resources, spec.tasks, spec.workspaces',
  ],
  [
    'a task without reference',
    'Pipeline',
    { tasks: [{ name: 't' }] },
    'expected exactly one, got neither: spec.tasks[0].taskRef, spec.tasks[0].taskSpec',
  ],
  [
    'a task with both',
    'Pipeline',
    { tasks: [{ name: 't', taskRef: { name: 'x' }, taskSpec }] },
    'expected exactly one, got multiple: spec.tasks[0].taskRef, spec.tasks[0].taskSpec',
  ],
  [
    'a cycle',
    'Pipeline',
    {
      tasks: [
        { name: 'a', taskSpec, runAfter: ['b'] },
        { name: 'b', taskSpec, runAfter: ['a'] },
      ],
    },
    'invalid value: cycle detected; task "a" depends on "b": spec.tasks',
  ],
  [
    'runAfter in finally',
    'Pipeline',
    { tasks: [{ name: 'a', taskSpec }], finally: [{ name: 'f', taskSpec, runAfter: ['a'] }] },
    'invalid value: no runAfter allowed under spec.finally, final task f has runAfter specified: spec.finally[0]',
  ],
  [
    'finally alone',
    'Pipeline',
    { finally: [{ name: 'f', taskSpec }] },
    'invalid value: spec.tasks is empty but spec.finally has 1 tasks: spec.finally',
  ],
  [
    'status in a DAG task',
    'Pipeline',
    { tasks: [{ name: 'a', taskSpec, params: [{ name: 'p', value: '$(tasks.status)' }] }] },
    'invalid value: pipeline tasks can not refer to execution status of any other pipeline task or aggregate status of tasks: spec.tasks[0].params[p].value',
  ],
  [
    'a shell variable in a param',
    'Pipeline',
    { tasks: [{ name: 'a', taskSpec, params: [{ name: 'p', value: '$(HOME)' }] }] },
    'invalid value: invalid variable reference "$(HOME)", must start with a valid prefix: params, tasks, finally, context, workspaces, or results; if you meant a shell variable, use ${VAR} instead: spec.tasks[0].params[p].value',
  ],
  [
    'an undeclared workspace',
    'Pipeline',
    { tasks: [{ name: 'a', taskSpec, workspaces: [{ name: 'w' }] }] },
    'invalid value: pipeline task "a" expects workspace with name "w" but none exists in pipeline spec: spec.tasks[0].workspaces[0]',
  ],
  [
    'a result of a task that is not there',
    'Pipeline',
    { tasks: [{ name: 'a', taskSpec }], results: [{ name: 'r', value: '$(tasks.b.results.r)' }] },
    'invalid value: referencing a nonexistent task: spec.results[0].value',
  ],
  [
    'continue with retries',
    'Pipeline',
    { tasks: [{ name: 'a', taskSpec, onError: 'continue', retries: 1 }] },
    'PipelineTask OnError cannot be set to "continue" when Retries is greater than 0: ',
  ],
  [
    'too many combinations',
    'Pipeline',
    { tasks: [{ name: 'a', taskSpec, matrix: { params: [{ name: 'm', value: Array(300).fill('x') }] } }] },
    'expected 0 <= 300 <= 256: spec.tasks[0].matrix',
  ],
  [
    'a param in the matrix too',
    'Pipeline',
    {
      tasks: [
        {
          name: 'a',
          taskSpec,
          params: [{ name: 'm', value: '1' }],
          matrix: { params: [{ name: 'm', value: ['1'] }] },
        },
      ],
    },
    'expected exactly one, got both: spec.tasks[0].matrix[m], spec.tasks[0].params[m]',
  ],
  ['a TaskRun without Task', 'TaskRun', {}, 'expected exactly one, got neither: spec.taskRef, spec.taskSpec'],
  ['an empty taskRef', 'TaskRun', { taskRef: {} }, 'missing field(s): spec.taskRef.name'],
  [
    'a bad status',
    'TaskRun',
    { taskSpec, status: 'Stop' },
    'invalid value: Stop should be TaskRunCancelled or TaskRunPending: spec.status',
  ],
  [
    'negative retries',
    'TaskRun',
    { taskSpec, retries: -1 },
    'invalid value: -1 should be >= 0: spec.retries',
  ],
  [
    'a param given twice',
    'TaskRun',
    {
      taskSpec,
      params: [
        { name: 'a', value: '1' },
        { name: 'A', value: '2' },
      ],
    },
    'expected exactly one, got both: spec.params[A].name',
  ],
  [
    'a workspace with nothing behind it',
    'TaskRun',
    { taskSpec, workspaces: [{ name: 'w' }] },
    'expected exactly one, got neither: spec.workspaces[0].configmap, spec.workspaces[0].emptydir, spec.workspaces[0].persistentvolumeclaim, spec.workspaces[0].secret, spec.workspaces[0].volumeclaimtemplate',
  ],
  [
    'a claim without name',
    'TaskRun',
    { taskSpec, workspaces: [{ name: 'w', persistentVolumeClaim: {} }] },
    'missing field(s): spec.workspaces[0].persistentvolumeclaim.claimname',
  ],
  [
    'a duration that is none',
    'TaskRun',
    { taskSpec, timeout: '1 hour' },
    'invalid value: time: invalid duration "1 hour": spec.timeout',
  ],
  [
    'parts longer than the whole',
    'PipelineRun',
    { pipelineRef: { name: 'p' }, timeouts: { pipeline: '1h', tasks: '40m', finally: '40m' } },
    'invalid value: 40m0s + 40m0s should be <= pipeline duration: spec.timeouts.finally, spec.timeouts.tasks',
  ],
  [
    'no limit within a limit',
    'PipelineRun',
    { pipelineRef: { name: 'p' }, timeouts: { pipeline: '1h', tasks: '0' } },
    'invalid value: 0s (no timeout) should be <= pipeline duration: spec.timeouts.tasks',
  ],
  [
    'a result as the param of a run',
    'PipelineRun',
    { pipelineRef: { name: 'p' }, params: [{ name: 'x', value: '$(tasks.a.results.r)' }] },
    'invalid value: cannot use result expressions in [tasks.a.results.r] as PipelineRun parameter values: spec.params[x].value',
  ],
  [
    "a task limit above the run's",
    'PipelineRun',
    {
      pipelineRef: { name: 'p' },
      timeouts: { pipeline: '1h' },
      taskRunSpecs: [{ pipelineTaskName: 't', timeout: '2h' }],
    },
    'invalid value: 2h0m0s should be <= pipeline duration 1h0m0s: spec.taskRunSpecs[0].timeout',
  ],
];

describe('what is wrong is told in the words users know', () => {
  for (const [what, kind, spec, expected] of cases) {
    test(what, () => assert.equal(check(kind, spec), expected));
  }
  test('object names', () => {
    const bad = validateObject(setDefaults(object('Task', taskSpec, 'A_b')));
    assert.equal(
      formatFieldErrors(bad),
      'invalid resource name "A_b": must be a valid DNS label: metadata.name',
    );
  });
});

describe('what is right passes', () => {
  test('params of a run reach its embedded specs', () => {
    assert.equal(
      check('TaskRun', {
        params: [{ name: 'x', value: '1' }],
        taskSpec: { steps: [{ ...step, script: '$(params.x)' }] },
      }),
      '',
    );
    const tasks = [
      {
        name: 't',
        taskSpec: { steps: [{ ...step, script: '$(params.x) $(params.y)' }] },
        params: [{ name: 'y', value: '2' }],
      },
    ];
    assert.equal(check('PipelineRun', { params: [{ name: 'x', value: '1' }], pipelineSpec: { tasks } }), '');
  });
  test('streams under alpha', () => {
    assert.equal(
      check('Task', { steps: [{ ...step, stdoutConfig: { path: '/x' } }] }, { enableApiFields: 'alpha' }),
      '',
    );
  });
  test('object keys and array elements', () => {
    const params = [
      { name: 'o', type: 'object', properties: { k: {} } },
      { name: 'l', type: 'array' },
    ];
    assert.equal(check('Task', { params, steps: [{ ...step, script: '$(params.o.k) $(params.l[0])' }] }), '');
  });
});
