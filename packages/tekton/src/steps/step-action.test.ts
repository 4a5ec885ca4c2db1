import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultStepActionSpec } from '../defaults/specs.ts';
import type { Step } from '../types/containers.ts';
import type { ParamSpec } from '../types/params.ts';
import { paramReplacements } from '../variables/sets.ts';
import { applyStepAction } from './step-action.ts';

const noParams = paramReplacements([]);

function apply(params: ParamSpec[], step: Step, args: string[], taskParams = noParams) {
  const action = defaultStepActionSpec({ image: 'i', args, params });
  return applyStepAction({ ref: { name: 'a' }, ...step }, action, taskParams).args;
}

test('what runs comes from the StepAction, the rest from the step', () => {
  const action = {
    description: 'd',
    image: 'i',
    script: 's',
    env: [{ name: 'A', value: '1' }],
    results: [{ name: 'r' }],
  };
  const step = { name: 'n', ref: { name: 'a' }, onError: 'continue', timeout: '1m' };
  assert.deepEqual(applyStepAction(step, action, noParams), {
    name: 'n',
    onError: 'continue',
    timeout: '1m',
    image: 'i',
    script: 's',
    env: [{ name: 'A', value: '1' }],
    results: [{ name: 'r' }],
  });
});

test('params are what the step gives, with the params of the Task in them, else the defaults', () => {
  const specs = [
    { name: 'given' },
    { name: 'default', default: '<$(params.given)>' },
    { name: 'list', default: ['x', 'y'] },
  ];
  const step = { params: [{ name: 'given', value: '$(params.outer)!' }] };
  const taskParams = paramReplacements([{ name: 'outer', value: 'o' }]);
  assert.deepEqual(
    apply(
      specs,
      step,
      ['$(params.given)', '$(params.default)', '$(params.list[*])', '$(params.list[1])'],
      taskParams,
    ),
    ['o!', '<o!>', 'x', 'y', 'y'],
  );
});

test('a param that is the result of an earlier step stays a reference to it, in its parts too', () => {
  const params = [
    { name: 'text', value: '$(steps.s.results.t)' },
    { name: 'list', value: '$(steps.s.results.l[*])' },
    { name: 'map', value: '$(steps.s.results.m[*])' },
  ];
  const specs: ParamSpec[] = [
    { name: 'text' },
    { name: 'list', type: 'array' },
    { name: 'map', type: 'object', properties: { k: {} } },
  ];
  const args = ['$(params.text)', '$(params.list[*])', "$(params['list'][2])", '$(params.map.k)'];
  assert.deepEqual(apply(specs, { params }, args), [
    '$(steps.s.results.t)',
    '$(steps.s.results.l[*])',
    '$(steps.s.results.l[2])',
    '$(steps.s.results.m.k)',
  ]);
});

test('params that are missing or too many are named', () => {
  assert.throws(() => apply([{ name: 'x' }, { name: 'y' }], {}, []), {
    message: 'non-existent params in Step: [x y]',
  });
  assert.throws(() => apply([], { params: [{ name: 'z', value: '' }] }, []), {
    message: 'extra params passed by Step to StepAction: [z]',
  });
});

test('an object param given as a text keeps the keys of its default', () => {
  const specs = [{ name: 'o', default: { k: 'd' } }];
  const step = { params: [{ name: 'o', value: '$(params.absent[*])' }] };
  assert.deepEqual(apply(specs, step, ['$(params.o.k)']), ['d']);
});
