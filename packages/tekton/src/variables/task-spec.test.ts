import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TaskSpec } from '../types/task.ts';
import { substitutePipelineTask } from './pipeline-task.ts';
import { ReplacementsBuilder } from './replacements.ts';
import {
  exitCodePaths,
  paramReplacements,
  resultPaths,
  stepResultPaths,
  taskContext,
  taskParamReplacements,
  taskWorkspaces,
} from './sets.ts';
import { substituteTaskSpec } from './task-spec.ts';

const p = paramReplacements([{ name: 'p', value: 'v' }]);
const v = '$(params.p)';

describe('a Task', () => {
  test('variables are replaced in every field of a step', () => {
    const step = (x: string): NonNullable<TaskSpec['steps']>[number] => ({
      name: x,
      image: x,
      imagePullPolicy: x,
      command: [x],
      args: [x],
      script: x,
      workingDir: x,
      env: [
        { name: 'A', value: x },
        { name: 'B', valueFrom: { secretKeyRef: { name: x, key: x }, configMapKeyRef: { name: x, key: x } } },
      ],
      envFrom: [{ prefix: x, configMapRef: { name: x }, secretRef: { name: x } }],
      volumeMounts: [{ name: x, mountPath: x, subPath: x }],
      onError: x,
      stdoutConfig: { path: x },
      stderrConfig: { path: x },
      when: [{ input: x, operator: 'in', values: [x] }],
      params: [{ name: 'q', value: x }],
    });
    assert.deepEqual(substituteTaskSpec({ steps: [step(v)] }, p), { steps: [step('v')] });
  });

  test('params may still be called by the name of the first API version', () => {
    const params = taskParamReplacements([
      { name: 'a', value: '1' },
      { name: 'list', value: ['x', 'y'] },
    ]);
    const steps = [{ args: ['$(inputs.params.a)$(params.a)', '$(inputs.params.list[*])'] }];
    assert.deepEqual(substituteTaskSpec({ steps }, params), { steps: [{ args: ['11', 'x', 'y'] }] });
  });

  test('and in volumes, workspaces, sidecars and the template', () => {
    const spec = (x: string): TaskSpec => ({
      stepTemplate: { image: x, env: [{ name: 'A', value: x }] },
      sidecars: [{ name: x, image: x, script: x }],
      volumes: [
        { name: x, configMap: { name: x, items: [{ key: x, path: x }] } },
        { name: 's', secret: { secretName: x, items: [{ key: x, path: x }] } },
        { name: 'c', persistentVolumeClaim: { claimName: x } },
        { name: 'p', projected: { sources: [{ secret: { name: x } }, { configMap: { name: x } }] } },
        { name: 'd', csi: { driver: 'd', nodePublishSecretRef: { name: x }, volumeAttributes: { a: x } } },
      ],
      workspaces: [{ name: 'w', mountPath: x }],
    });
    assert.deepEqual(substituteTaskSpec(spec(v), p), spec('v'));
  });

  test('descriptions, env names and param defaults stay', () => {
    const spec: TaskSpec = {
      description: v,
      params: [{ name: 'p', default: v }],
      steps: [{ env: [{ name: v, value: 'x' }] }],
    };
    assert.deepEqual(substituteTaskSpec(spec, p), spec);
  });

  test('the input is not touched', () => {
    const spec: TaskSpec = { steps: [{ script: v }] };
    substituteTaskSpec(spec, p);
    assert.equal(spec.steps?.[0]?.script, v);
  });
});

describe('paths and context', () => {
  const spec: TaskSpec = {
    results: [{ name: 'r' }],
    steps: [{ name: 'build', results: [{ name: 's' }] }, {}],
    workspaces: [{ name: 'src' }, { name: 'opt', optional: true }, { name: 'at', mountPath: '/here' }],
  };
  test('results and exit codes', () => {
    assert.equal(resultPaths(spec).strings.get("results['r'].path"), '/tekton/results/r');
    const codes = exitCodePaths(spec).strings;
    assert.equal(codes.get('steps.step-build.exitCode.path'), '/tekton/steps/step-build/exitCode');
    assert.equal(codes.get('steps.step-unnamed-1.exitCode.path'), '/tekton/steps/step-unnamed-1/exitCode');
    const step = spec.steps?.[0] ?? {};
    assert.equal(
      stepResultPaths(step, 0).strings.get('step.results.s.path'),
      '/tekton/steps/step-build/results/s',
    );
  });
  test('workspaces', () => {
    const bindings = [
      { name: 'src', persistentVolumeClaim: { claimName: 'pvc' } },
      { name: 'at', emptyDir: {} },
    ];
    const { strings } = taskWorkspaces(spec, bindings, new Map([['src', 'ws-1']]));
    assert.equal(strings.get('workspaces.src.path'), '/workspace/src');
    assert.equal(strings.get('workspaces.src.claim'), 'pvc');
    assert.equal(strings.get('workspaces.src.volume'), 'ws-1');
    assert.equal(strings.get('workspaces.opt.path'), '');
    assert.equal(strings.get('workspaces.opt.bound'), 'false');
    assert.equal(strings.get('workspaces.at.path'), '/here');
  });
  test('the retry count is known only for inline specs', () => {
    const run = { name: 'n', namespace: 'ns', uid: 'u' };
    assert.equal(taskContext(run).strings.has('context.task.retry-count'), false);
    assert.equal(taskContext({ ...run, retryCount: 2 }).strings.get('context.task.retry-count'), '2');
  });
});

describe('a PipelineTask', () => {
  test('params, when, workspaces, taskRef and the embedded spec are replaced', () => {
    const task = substitutePipelineTask(
      {
        name: 't',
        params: [{ name: 'x', value: v }],
        when: [{ input: v, operator: 'in', values: ['v'] }],
        workspaces: [{ name: 'w', subPath: v }],
        displayName: v,
        taskSpec: { steps: [{ script: `${v} $(params.x)` }] },
      },
      p,
    );
    assert.deepEqual(task.params, [{ name: 'x', value: 'v' }]);
    assert.equal(task.when?.[0]?.input, 'v');
    assert.equal(task.workspaces?.[0]?.subPath, 'v');
    assert.equal(task.displayName, 'v');
    assert.equal(task.taskSpec?.steps?.[0]?.script, 'v $(params.x)');
  });

  test('a param of its own hides the outer one in its embedded spec', () => {
    const task = substitutePipelineTask(
      {
        name: 't',
        params: [{ name: 'p', value: v }],
        taskSpec: { steps: [{ script: `${v} $(params['p'])` }] },
      },
      p,
    );
    assert.deepEqual(task.params, [{ name: 'p', value: 'v' }]);
    assert.equal(task.taskSpec?.steps?.[0]?.script, `${v} $(params['p'])`);
  });

  test('a declared param of the embedded spec hides the outer one', () => {
    const task = substitutePipelineTask(
      { name: 't', taskSpec: { params: [{ name: 'p', default: 'd' }], steps: [{ script: v }] } },
      p,
    );
    assert.equal(task.taskSpec?.steps?.[0]?.script, v);
  });

  test('the display name of a matrixed task is left to its runs', () => {
    const outer = new ReplacementsBuilder().merge(p);
    const task = substitutePipelineTask({ name: 't', displayName: v, matrix: { params: [] } }, outer);
    assert.equal(task.displayName, v);
  });
});
