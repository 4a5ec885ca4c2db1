import { testRules } from './testing/rule-table.ts';

testRules('what Tekton refuses in Pipelines', [
  {
    what: 'task names',
    kind: 'Pipeline',
    spec: {
      tasks: [
        { name: 'A_b', taskRef: { name: 'x' } },
        { name: 'a', taskRef: { name: 'x' } },
        { name: 'a', taskRef: { name: 'x' } },
      ],
    },
    expected: [
      'expected exactly one, got both: spec.tasks[2].name',
      'invalid value "A_b": spec.tasks[0].name',
      'Pipeline Task name must be a valid DNS Label.For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
      "invalid value: task a is already present in Graph, can't add it again: duplicate pipeline task: spec.tasks",
    ],
  },
  {
    what: 'a pipeline in a pipeline, beta',
    kind: 'Pipeline',
    spec: {
      tasks: [
        { name: 'a', pipelineRef: { name: 'p' } },
        { name: 'b', pipelineSpec: { tasks: [{ name: 'c', taskRef: { name: 'x' } }] } },
      ],
    },
    expected: [
      'pipelineRef requires "enable-api-fields" feature gate to be "alpha" but it is "beta": ',
      'pipelineSpec requires "enable-api-fields" feature gate to be "alpha" but it is "beta": ',
    ],
  },
  {
    what: 'nothing to run, alpha',
    kind: 'Pipeline',
    spec: { tasks: [{ name: 'a' }] },
    options: { featureFlags: { enableApiFields: 'alpha' } },
    expected: [
      'expected exactly one, got neither: spec.tasks[0].pipelineRef, spec.tasks[0].pipelineSpec, spec.tasks[0].taskRef, spec.tasks[0].taskSpec',
    ],
  },
  {
    what: 'everything to run',
    kind: 'Pipeline',
    spec: {
      tasks: [
        {
          name: 'a',
          taskRef: { name: 'x' },
          taskSpec: { steps: [{ name: 's', image: 'i' }] },
          pipelineRef: { name: 'p' },
          pipelineSpec: { tasks: [{ name: 'c', taskRef: { name: 'x' } }] },
        },
      ],
    },
    options: { featureFlags: { enableApiFields: 'alpha' } },
    expected: [
      'expected exactly one, got multiple: spec.tasks[0].pipelineRef, spec.tasks[0].pipelineSpec, spec.tasks[0].taskRef, spec.tasks[0].taskSpec',
    ],
  },
  {
    what: 'inside a nested pipeline',
    kind: 'Pipeline',
    spec: { tasks: [{ name: 'a', pipelineSpec: { tasks: [{ name: 'b' }] } }] },
    options: { featureFlags: { enableApiFields: 'alpha' } },
    expected: [
      'expected exactly one, got neither: spec.tasks[0].pipelineSpec.tasks[0].pipelineRef, spec.tasks[0].pipelineSpec.tasks[0].pipelineSpec, spec.tasks[0].pipelineSpec.tasks[0].taskRef, spec.tasks[0].pipelineSpec.tasks[0].taskSpec',
    ],
  },
  {
    what: 'inline specs switched off',
    kind: 'Pipeline',
    spec: { tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's', image: 'i' }] } }] },
    options: { featureFlags: { disableInlineSpec: ['pipeline'] } },
    expected: ['must not set the field(s): spec.tasks[0].taskSpec'],
  },
  {
    what: 'kind and steps',
    kind: 'Pipeline',
    spec: {
      tasks: [
        { name: 'a', taskSpec: { steps: [{ name: 's', image: 'i' }], kind: 'Task', apiVersion: 'v1' } },
      ],
    },
    expected: [
      'invalid value: invalid apiVersion format "v1", must be in the format "group/version": spec.tasks[0].taskSpec.apiVersion',
      'taskSpec.apiVersion cannot be specified when using taskSpec.steps: spec.tasks[0].taskSpec.apiVersion',
      'taskSpec.kind cannot be specified when using taskSpec.steps: spec.tasks[0].taskSpec.kind',
    ],
  },
  {
    what: 'custom tasks',
    kind: 'Pipeline',
    spec: {
      tasks: [
        { name: 'a', taskRef: { kind: 'Wait' } },
        { name: 'b', taskRef: { apiVersion: 'example' } },
        { name: 'c', taskSpec: { apiVersion: 'example.dev/v1' } },
        { name: 'd', taskSpec: { kind: 'Wait', spec: {} } },
      ],
    },
    expected: [
      'invalid value: custom task ref must specify apiVersion: spec.tasks[0].taskRef.apiVersion',
      'invalid value: custom task spec must specify apiVersion: spec.tasks[3].taskSpec.apiVersion',
      'invalid value: custom task spec must specify kind: spec.tasks[2].taskSpec.kind',
      'invalid value: invalid apiVersion format "example", must be in the format "group/version": spec.tasks[1].taskRef.apiVersion',
    ],
  },
  {
    what: 'onError',
    kind: 'Pipeline',
    spec: {
      tasks: [
        { name: 'a', taskRef: { name: 'x' }, onError: 'ignore' },
        { name: 'b', taskRef: { name: 'x' }, onError: '$(params.p)' },
      ],
      params: [{ name: 'p' }],
    },
    expected: [
      'invalid value: ignore: spec.tasks[0].OnError',
      'PipelineTask OnError must be either "continue" or "stopAndFail"',
    ],
  },
  {
    what: 'onError, stable',
    kind: 'Pipeline',
    spec: { tasks: [{ name: 'a', taskRef: { name: 'x' }, onError: 'continue' }] },
    options: { featureFlags: { enableApiFields: 'stable' } },
    expected: [
      'OnError requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": ',
    ],
  },
  {
    what: 'a resolver, stable',
    kind: 'Pipeline',
    spec: { tasks: [{ name: 'a', taskRef: { resolver: 'git', params: [{ name: 'url', value: 'u' }] } }] },
    options: { featureFlags: { enableApiFields: 'stable' } },
    expected: [
      'resolver params requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": ',
      'resolver requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": ',
      'taskref.params requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": ',
      'taskref.resolver requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": ',
    ],
  },
  {
    what: 'a dependency that is not there',
    kind: 'Pipeline',
    spec: { tasks: [{ name: 'a', taskRef: { name: 'x' }, runAfter: ['b'] }] },
    expected: [
      "invalid value: couldn't add link between a and b: task a depends on b but b wasn't present in Pipeline: spec.tasks",
    ],
  },
  {
    what: 'workspaces',
    kind: 'Pipeline',
    spec: {
      workspaces: [{ name: '' }, { name: 'w' }, { name: 'w' }],
      tasks: [
        {
          name: 'a',
          taskRef: { name: 'x' },
          workspaces: [{ name: 'v' }, { name: 'v', workspace: 'w' }, { name: 'u', workspace: 'z' }],
        },
      ],
    },
    expected: [
      'invalid value: pipeline task "a" expects workspace with name "v" but none exists in pipeline spec: spec.tasks[0].workspaces[0]',
      'invalid value: pipeline task "a" expects workspace with name "z" but none exists in pipeline spec: spec.tasks[0].workspaces[2]',
      'invalid value: workspace 0 has empty name: spec.workspaces[0]',
      'invalid value: workspace with name "w" appears more than once: spec.workspaces[2]',
      'workspace name "v" must be unique: spec.tasks[0].workspaces[1]',
    ],
  },
  {
    what: 'when',
    kind: 'Pipeline',
    spec: {
      tasks: [
        {
          name: 'a',
          taskRef: { name: 'x' },
          when: [
            {},
            { input: 'a', operator: 'is', values: ['b'] },
            { input: 'a', operator: 'in', values: [] },
            { cel: 'true' },
          ],
        },
      ],
    },
    expected: [
      'feature flag enable-cel-in-whenexpression should be set to true to use CEL: true in WhenExpression: spec.tasks[0].when[3]',
      'invalid value: expecting non-empty values field: spec.tasks[0].when[2]',
      'invalid value: operator "is" is not recognized. valid operators: in,notin: spec.tasks[0].when[1]',
      'missing field(s): spec.tasks[0].when[0]',
    ],
  },
  {
    what: 'CEL',
    kind: 'Pipeline',
    spec: {
      tasks: [
        {
          name: 'a',
          taskRef: { name: 'x' },
          when: [{ cel: "params.x == 'a'" }, { cel: 'true', input: 'a', operator: 'in', values: ['a'] }],
        },
      ],
    },
    options: { featureFlags: { enableCELInWhenExpression: true } },
    expected: [
      'cel and input+operator+values cannot be set in one WhenExpression: &{a in [a] true}: ',
      "invalid cel expression: %s with err: %s: spec.tasks[0].when[0].ERROR: <input>:1:1: undeclared reference to 'params' (in container '')",
      " | params.x == 'a'",
      " | ^, spec.tasks[0].when[0].params.x == 'a'",
    ],
  },
]);
