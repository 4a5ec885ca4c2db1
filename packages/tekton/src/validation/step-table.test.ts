import { testRules } from './testing/rule-table.ts';

testRules('what Tekton refuses in steps', [
  {
    what: 'mounts of Tekton',
    kind: 'Task',
    spec: {
      steps: [
        {
          name: 's',
          image: 'i',
          volumeMounts: [
            { name: 'tekton-internal-x', mountPath: '/tekton/run' },
            { name: 'h', mountPath: '/tekton/home' },
          ],
        },
      ],
    },
    expected: [
      'volumeMount cannot be mounted under /tekton/ (volumeMount "tekton-internal-x" mounted at "/tekton/run"): spec.steps[0].volumeMounts[0].mountPath',
      'volumeMount name "tekton-internal-x" cannot start with "tekton-internal-": spec.steps[0].volumeMounts[0].name',
    ],
  },
  {
    what: 'a workspace where something is mounted',
    kind: 'Task',
    spec: {
      steps: [{ name: 's', image: 'i', volumeMounts: [{ name: 'v', mountPath: '/workspace/w/' }] }],
      workspaces: [{ name: 'w' }],
    },
    expected: ['workspace mount path "/workspace/w" must be unique: spec.workspaces[0].mountpath'],
  },
  {
    what: 'a sidecar workspace that is not declared',
    kind: 'Task',
    spec: {
      steps: [{ name: 's', image: 'i' }],
      sidecars: [{ name: 'c', image: 'i', workspaces: [{ name: 'w' }] }],
    },
    expected: ['undefined workspace "w": spec.sidecars[0].workspaces[0].name'],
  },
  {
    what: 'isolated workspaces, stable',
    kind: 'Task',
    spec: { steps: [{ name: 's', image: 'i', workspaces: [{ name: 'w' }] }], workspaces: [{ name: 'w' }] },
    options: { featureFlags: { enableApiFields: 'stable' } },
    expected: [
      'step workspaces requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": ',
    ],
  },
  {
    what: 'script and command of a sidecar',
    kind: 'Task',
    spec: {
      steps: [{ name: 's', image: 'i' }],
      sidecars: [{ name: 'c', image: 'i', script: 'x', command: ['y'] }],
    },
    expected: ['script cannot be used with command: spec.sidecars.script'],
  },
  {
    what: 'a Windows script',
    kind: 'Task',
    spec: { steps: [{ name: 's', image: 'i', script: '#!win\ndir' }] },
    expected: [
      'windows script support requires "enable-api-fields" feature gate to be "alpha" but it is "beta": ',
    ],
  },
  {
    what: 'a ref with everything',
    kind: 'Task',
    spec: {
      steps: [
        {
          name: 's',
          ref: { name: 'a' },
          image: 'i',
          command: ['c'],
          args: ['a'],
          script: 's',
          workingDir: '/w',
          env: [{ name: 'E' }],
          volumeMounts: [{ name: 'v', mountPath: '/m' }],
          results: [{ name: 'r' }],
        },
      ],
    },
    expected: [
      'args cannot be used with Ref: spec.steps[0].args',
      'command cannot be used with Ref: spec.steps[0].command',
      'env cannot be used with Ref: spec.steps[0].env',
      'image cannot be used with Ref: spec.steps[0].image',
      'results cannot be used with Ref: spec.steps[0].results',
      'script cannot be used with Ref: spec.steps[0].script',
      'volumeMounts cannot be used with Ref: spec.steps[0].volumeMounts',
      'working dir cannot be used with Ref: spec.steps[0].workingDir',
    ],
  },
  {
    what: 'a ref without name',
    kind: 'Task',
    spec: { steps: [{ name: 's', ref: {} }] },
    expected: ['missing field(s): spec.steps[0].name'],
  },
  {
    what: 'a ref by resolver, stable',
    kind: 'Task',
    spec: { steps: [{ name: 's', ref: { resolver: 'git', params: [{ name: 'url', value: 'u' }] } }] },
    options: { featureFlags: { enableApiFields: 'stable' } },
    expected: [
      'resolver params requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": ',
      'resolver requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": ',
    ],
  },
  {
    what: 'a ref with a URL',
    kind: 'Task',
    spec: { steps: [{ name: 's', ref: { resolver: 'http', name: 'https://x' } }] },
    expected: [
      'feature flag enable-concise-resolver-syntax should be set to true to use concise resolver syntax: spec.steps[0]',
    ],
  },
  {
    what: 'params without resolver',
    kind: 'Task',
    spec: {
      steps: [
        {
          name: 's',
          ref: {
            params: [
              { name: 'a', value: 'b' },
              { name: 'A', value: 'c' },
            ],
          },
        },
      ],
    },
    expected: [
      'expected exactly one, got both: spec.steps[0][A].name',
      'missing field(s): spec.steps[0].resolver',
    ],
  },
  {
    what: 'results of steps in other fields',
    kind: 'Task',
    spec: {
      steps: [
        {
          name: 's',
          image: 'i',
          workingDir: '$(steps.a.results.r)',
          envFrom: [
            {
              prefix: '$(steps.a.results.r)',
              configMapRef: { name: '$(steps.a.results.r)' },
              secretRef: { name: '$(steps.a.results.r)' },
            },
          ],
          volumeDevices: [{ name: '$(steps.a.results.r)', devicePath: '/d' }],
        },
      ],
    },
    expected: [
      'stepResult substitutions are only allowed in env, command and args. Found usage in: spec.steps[0].envFrom.configMapRef, spec.steps[0].envFrom.prefix, spec.steps[0].envFrom.secretRef, spec.steps[0].volumeDevices.name, spec.steps[0].workingDir',
    ],
  },
  {
    what: 'artifacts in other fields',
    kind: 'Task',
    spec: { steps: [{ name: 's', image: '$(steps.a.outputs.r)' }] },
    options: { featureFlags: { enableArtifacts: true } },
    expected: [
      'stepArtifact substitutions are only allowed in env, command, args and script. Found usage in: spec.steps[0].image',
    ],
  },
  {
    what: 'step when',
    kind: 'Task',
    spec: { steps: [{ name: 's', image: 'i', when: [{}, { input: 'a', operator: 'in' }] }] },
    expected: [
      'invalid value: expecting non-empty values field: spec.steps[0].when[1]',
      'missing field(s): spec.steps[0].when[0]',
    ],
  },
  {
    what: 'a StepAction',
    kind: 'StepAction',
    spec: {
      params: [{ name: 'l', type: 'array' }, { name: 'v' }],
      results: [{ name: 'r' }],
      command: ['-$(params.l[*])'],
      script: '$(step.results.x.path)',
      volumeMounts: [
        { name: '$(params.v)', mountPath: '/m' },
        { name: 'x', mountPath: '/n' },
        { name: 'y', mountPath: '/o' },
      ],
    },
    expected: [
      'invalid value: x: spec.volumeMounts[1].name',
      'expect the Name to be a single param reference',
      'missing field(s): spec.Image',
      'non-existent variable in "$(step.results.x.path)": spec.script',
      'script cannot be used with command: spec.script',
      'variable is not properly isolated in "-$(params.l[*])": spec.command[0]',
    ],
  },
]);
