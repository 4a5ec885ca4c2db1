import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { scriptText } from './script.ts';
import { applyOverrides, mergeStepTemplate } from './template.ts';

describe('scripts', () => {
  test('without interpreter run under sh and stop at errors', () => {
    assert.equal(scriptText('echo hi'), '#!/bin/sh\nset -e\necho hi');
  });
  test('with interpreter stay as they are, even when the kernel will refuse them', () => {
    assert.equal(scriptText('#!/usr/bin/python3\nprint()'), '#!/usr/bin/python3\nprint()');
    assert.equal(scriptText('\n  #!/bin/bash\n'), '\n  #!/bin/bash\n');
  });
});

describe('the step template', () => {
  const template = {
    image: 'base',
    command: ['sh'],
    args: ['-c'],
    env: [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ],
    securityContext: { runAsUser: 1, capabilities: { drop: ['ALL'] } },
  };
  test('puts its own items where Kubernetes does: before the next of the step that the template has, too', () => {
    const names = (template: string, step: string) => {
      const env = (text: string) => [...text].map((name) => ({ name, value: text }));
      const merged = mergeStepTemplate({ env: env(template) }, { name: 's', env: env(step) });
      return (merged.env ?? []).map(({ name }) => name).join('');
    };
    assert.equal(names('tXu', 'sXr'), 'stXru');
    assert.equal(names('ABC', 'CA'), 'BCA');
    assert.equal(names('ABC', 'NC'), 'NABC');
    assert.equal(names('AB', 'BN'), 'ABN');
    assert.equal(names('AB', ''), 'AB');
    assert.equal(names('', 'AB'), 'AB');
  });
  test('merges devices by path', () => {
    const device = (name: string) => ({ name, devicePath: `/dev/${name}` });
    const template = { volumeDevices: [device('a'), device('b')] };
    const merged = mergeStepTemplate(template, { name: 's', volumeDevices: [device('b'), device('c')] });
    assert.deepEqual(merged.volumeDevices, [device('a'), device('b'), device('c')]);
  });
  test('fills what the step does not say; env goes by name', () => {
    const merged = mergeStepTemplate(template, {
      name: 's',
      env: [
        { name: 'B', value: 'x' },
        { name: 'C', value: '3' },
      ],
    });
    assert.equal(merged.image, 'base');
    assert.deepEqual(merged.command, ['sh']);
    assert.deepEqual(merged.env, [
      { name: 'A', value: '1' },
      { name: 'B', value: 'x' },
      { name: 'C', value: '3' },
    ]);
  });
  test('lists are replaced, maps are merged', () => {
    const merged = mergeStepTemplate(template, { args: ['x'], securityContext: { privileged: true } });
    assert.deepEqual(merged.args, ['x']);
    assert.deepEqual(merged.securityContext, {
      runAsUser: 1,
      capabilities: { drop: ['ALL'] },
      privileged: true,
    });
  });
  test('a script does not take the command but keeps the args', () => {
    const merged = mergeStepTemplate(template, { script: 'echo' });
    assert.equal(merged.command, undefined);
    assert.deepEqual(merged.args, ['-c']);
  });
  test('a run may override resources by name', () => {
    const step = { name: 's', computeResources: { requests: { cpu: '1' }, limits: { cpu: '2' } } };
    const [merged] = applyOverrides([step], [{ name: 's', computeResources: { requests: { cpu: '500m' } } }]);
    assert.deepEqual(merged?.computeResources, { requests: { cpu: '500m' }, limits: { cpu: '2' } });
  });
});
