import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setDefaults } from '../defaults/set-defaults.ts';
import { formatFieldErrors } from './field-error.ts';
import { strictWarnings } from './strict.ts';

const warn = (kind: string, spec: object) =>
  formatFieldErrors(
    strictWarnings(
      setDefaults({ apiVersion: 'tekton.dev/v1', kind, metadata: { name: 'x' }, spec } as never),
    ),
  );
const step = { name: 's', image: 'i' };

const cases: Array<[what: string, kind: string, spec: object, warnings: string]> = [
  ['an ordinary Task', 'Task', { steps: [step] }, ''],
  [
    'an alpha feature',
    'Task',
    { steps: [{ ...step, stdoutConfig: { path: '/x' } }] },
    'a cluster with the usual settings refuses this: step stdout stream support requires "enable-api-fields" feature gate to be "alpha" but it is "beta": ',
  ],
  [
    'CEL',
    'Pipeline',
    { tasks: [{ name: 't', taskRef: { name: 'x' }, when: [{ cel: 'true' }] }] },
    'a cluster with the usual settings refuses this: feature flag enable-cel-in-whenexpression should be set to true to use CEL: true in WhenExpression: spec.tasks[0].when[0]',
  ],
  [
    'a privileged step',
    'Task',
    { steps: [{ ...step, securityContext: { privileged: true } }] },
    'runs privileged on a cluster, and is refused here: spec.steps[0].securityContext.privileged',
  ],
  [
    'the node and the network of a run',
    'TaskRun',
    { taskRef: { name: 't' }, podTemplate: { nodeSelector: { a: 'b' }, hostNetwork: true } },
    'has no effect here; it tells a cluster which network it sees: spec.podTemplate.hostNetwork\nhas no effect here; it tells a cluster which nodes may run it: spec.podTemplate.nodeSelector',
  ],
  [
    'a volume of the host',
    'Task',
    { steps: [step], volumes: [{ name: 'v', hostPath: { path: '/x' } }] },
    'a volume of this kind is refused here: hostPath: spec.volumes[0].hostPath',
  ],
  [
    'an image of this machine',
    'TaskRun',
    { taskSpec: { steps: [{ ...step, image: 'localhost:5050/a/b' }] } },
    'a cluster cannot pull an image from the registry of this machine: spec.taskSpec.steps[0].image',
  ],
  [
    'two claims in one task',
    'PipelineRun',
    {
      pipelineSpec: {
        workspaces: [{ name: 'a' }, { name: 'b' }],
        tasks: [
          { name: 't', taskRef: { name: 'x' }, workspaces: [{ name: 'a' }, { name: 'c', workspace: 'b' }] },
        ],
      },
      workspaces: [
        { name: 'a', persistentVolumeClaim: { claimName: 'a' } },
        { name: 'b', volumeClaimTemplate: { spec: {} } },
      ],
    },
    'uses more than one claim, which a cluster refuses while coschedule is workspaces: spec.pipelineSpec.tasks[0].workspaces',
  ],
];

for (const [what, kind, spec, warnings] of cases) {
  test(`${what} on a cluster`, () => assert.equal(warn(kind, spec), warnings));
}
