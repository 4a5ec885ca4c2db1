import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '@assay/kube';
import { setDefaults } from '../defaults/set-defaults.ts';
import { readManifest } from '../manifest/index.ts';
import { formatFieldErrors } from '../validation/field-error.ts';
import { validateObject } from '../validation/validate.ts';
import { toV1 } from './to-v1.ts';
import { toV1beta1 } from './to-v1beta1.ts';

const of = (kind: string, spec: object, status?: object) =>
  ({
    apiVersion: 'tekton.dev/v1beta1',
    kind,
    metadata: { name: 'x' },
    spec,
    ...(status && { status }),
  }) as KubeObject;
const specOf = (object: KubeObject) => (object as KubeObject & { spec: unknown }).spec;

const step = { name: 's', image: 'i', resources: { limits: { cpu: '1' } } };
const both: Array<[what: string, older: KubeObject, newer: object]> = [
  [
    'resources of containers become computeResources',
    of('Task', {
      steps: [step],
      stepTemplate: { resources: {} },
      sidecars: [{ name: 'c', image: 'i', resources: {} }],
    }),
    {
      steps: [{ name: 's', image: 'i', computeResources: { limits: { cpu: '1' } } }],
      stepTemplate: { computeResources: {} },
      sidecars: [{ name: 'c', image: 'i', computeResources: {} }],
    },
  ],
  [
    'embedded Tasks too',
    of('Pipeline', {
      tasks: [{ name: 't', taskSpec: { steps: [step] } }],
      finally: [{ name: 'f', taskSpec: { steps: [step] } }],
    }),
    {
      tasks: [
        {
          name: 't',
          taskSpec: { steps: [{ name: 's', image: 'i', computeResources: { limits: { cpu: '1' } } }] },
        },
      ],
      finally: [
        {
          name: 'f',
          taskSpec: { steps: [{ name: 's', image: 'i', computeResources: { limits: { cpu: '1' } } }] },
        },
      ],
    },
  ],
  [
    'overrides of a TaskRun become specs',
    of('TaskRun', {
      taskRef: { name: 't' },
      stepOverrides: [{ name: 's', resources: {} }],
      sidecarOverrides: [],
    }),
    { taskRef: { name: 't' }, stepSpecs: [{ name: 's', computeResources: {} }], sidecarSpecs: [] },
  ],
  [
    'what a PipelineRun says of its TaskRuns moves under taskRunTemplate',
    of('PipelineRun', {
      pipelineRef: { name: 'p' },
      serviceAccountName: 'sa',
      podTemplate: { hostNetwork: true },
      timeouts: { pipeline: '1h' },
      taskRunSpecs: [
        { pipelineTaskName: 't', taskServiceAccountName: 'own', taskPodTemplate: {}, stepOverrides: [] },
      ],
    }),
    {
      pipelineRef: { name: 'p' },
      taskRunTemplate: { serviceAccountName: 'sa', podTemplate: { hostNetwork: true } },
      timeouts: { pipeline: '1h' },
      taskRunSpecs: [{ pipelineTaskName: 't', serviceAccountName: 'own', podTemplate: {}, stepSpecs: [] }],
    },
  ],
];

describe('v1beta1 and v1', () => {
  for (const [what, older, newer] of both) {
    test(`${what}, and back`, () => {
      const converted = toV1(older);
      assert.equal(converted.apiVersion, 'tekton.dev/v1');
      assert.deepEqual(specOf(converted), newer);
      assert.deepEqual(toV1beta1(converted), older);
    });
  }
  test('the timeout of a PipelineRun becomes one of its timeouts', () => {
    assert.deepEqual(specOf(toV1(of('PipelineRun', { timeout: '30m' }))), { timeouts: { pipeline: '30m' } });
  });
  test('results in a status are called results', () => {
    const run = toV1(of('TaskRun', {}, { taskResults: [{ name: 'r', value: 'v' }], cloudEvents: [] }));
    assert.deepEqual((run as KubeObject & { status: unknown }).status, {
      results: [{ name: 'r', value: 'v' }],
    });
    const pipeline = toV1(of('PipelineRun', {}, { pipelineResults: [], taskRuns: {} }));
    assert.deepEqual((pipeline as KubeObject & { status: unknown }).status, { results: [] });
  });
  test('what v1 cannot hold is kept in annotations and comes back', () => {
    const older = of('Task', {
      steps: [{ ...step, tty: true }, { image: 'j' }],
      stepTemplate: { name: 'old', image: 'k' },
      resources: { inputs: [{ name: 'git', type: 'git' }] },
    });
    const converted = toV1(older);
    const annotations = converted.metadata.annotations ?? {};
    assert.deepEqual(JSON.parse(annotations['tekton.dev/v1beta1Resources'] ?? ''), {
      inputs: [{ name: 'git', type: 'git' }],
    });
    assert.deepEqual(JSON.parse(annotations['tekton.dev/v1beta1.task-deprecations'] ?? ''), {
      x: {
        deprecatedSteps: [
          { name: '', resources: {}, tty: true },
          { name: '', resources: {} },
        ],
        deprecatedStepTemplate: { name: 'old', resources: {} },
      },
    });
    assert.ok(!JSON.stringify(specOf(converted)).includes('tty'));
    assert.deepEqual(toV1beta1(converted), older);
  });
  test('other objects stay as they are', () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } };
    assert.equal(toV1(map), map);
    assert.equal(toV1beta1(map), map);
  });
});

describe('a manifest of v1beta1', () => {
  const head = (kind: string) => `apiVersion: tekton.dev/v1beta1\nkind: ${kind}\nmetadata: {name: x}\n`;
  test('is read, defaulted and validated as v1', async () => {
    const { objects, problems } = await readManifest(
      `${head('Task')}spec:\n  steps:\n  - name: s\n    image: i\n    resources: {limits: {cpu: 1}}\n    tty: true\n`,
    );
    assert.deepEqual(problems, []);
    const [task] = objects.map((object) => setDefaults(object));
    assert.equal(task?.apiVersion, 'tekton.dev/v1');
    assert.equal(formatFieldErrors(validateObject(task as KubeObject)), '');
  });
  const refused: Array<[kind: string, spec: string, place: string, message: string]> = [
    ['Task', '  steps: []\n  resources: {}\n', '6:3', 'must not set the field(s): spec.resources'],
    [
      'TaskRun',
      '  taskRef: {name: t, bundle: b}\n',
      '5:22',
      'must not set the field(s): spec.taskRef.bundle',
    ],
    [
      'Pipeline',
      '  tasks:\n  - name: t\n    resources: {}\n',
      '7:5',
      'must not set the field(s): spec.tasks[0].resources',
    ],
    [
      'PipelineRun',
      '  timeout: 1h\n  timeouts: {}\n',
      '5:3',
      'must not set the field(s): spec.timeout, spec.timeouts',
    ],
    ['PipelineRun', '  taskRunTemplate: {}\n', '5:3', 'unknown field "spec.taskRunTemplate"'],
  ];
  for (const [kind, spec, place, message] of refused) {
    test(`${kind}: ${message}`, async () => {
      const { problems } = await readManifest(`${head(kind)}spec:\n${spec}`);
      assert.deepEqual(
        problems.map((problem) => [`${problem.line}:${problem.column}`, problem.message]),
        [[place, message]],
      );
    });
  }
});
