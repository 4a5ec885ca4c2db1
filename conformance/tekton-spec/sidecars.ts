import assert from 'node:assert/strict';
import { type SpecCase, taskRun } from './case.ts';

/** A step that ends when the sidecar has written, or after a while. */
const waits = `for i in 1 2 3 4 5 6 7 8 9 10; do test -e /shared/ready && break; sleep 0.3; done`;

/** What the specification requires of sidecars. */
export const sidecarCases: readonly SpecCase[] = [
  {
    name: 'sidecar: name in the status',
    objects: taskRun(`  taskSpec:
    sidecars: [{name: helper, image: busybox, script: "sleep 30"}]
    steps: [{name: one, image: busybox, script: "true"}]`),
    ends: ['True', 'Succeeded'],
    check({ run }) {
      const [helper] = run.status!.sidecars!;
      assert.equal(helper!.name, 'helper');
      assert.ok(helper!.terminated, 'the sidecar is not stopped');
    },
  },
  {
    name: 'sidecar: script that the steps see',
    objects: taskRun(`  taskSpec:
    volumes: [{name: shared, emptyDir: {}}]
    sidecars:
      - name: helper
        image: busybox
        volumeMounts: [{name: shared, mountPath: /shared}]
        script: "echo from-sidecar > /shared/ready.new; mv /shared/ready.new /shared/ready; sleep 30"
    steps:
      - name: read
        image: busybox
        volumeMounts: [{name: shared, mountPath: /shared}]
        script: "${waits}; cat /shared/ready"`),
    ends: ['True', 'Succeeded'],
    async check({ log }) {
      assert.deepEqual(await log('step-read'), ['from-sidecar']);
    },
  },
  {
    name: 'sidecar: one that fails does not fail the steps',
    objects: taskRun(`  taskSpec:
    sidecars: [{name: broken, image: busybox, script: "echo gone; exit 9"}]
    steps: [{name: one, image: busybox, script: "sleep 1"}]`),
    ends: ['True', 'Succeeded'],
    check({ run }) {
      const [broken] = run.status!.sidecars!;
      assert.equal(broken!.terminated!.exitCode, 9);
      assert.equal(broken!.terminated!.reason, 'Error');
    },
  },
  {
    name: 'sidecar: command and args',
    objects: taskRun(`  taskSpec:
    volumes: [{name: shared, emptyDir: {}}]
    sidecars:
      - name: helper
        image: busybox
        command: [touch]
        args: [/shared/ready]
        volumeMounts: [{name: shared, mountPath: /shared}]
    steps:
      - name: see
        image: busybox
        volumeMounts: [{name: shared, mountPath: /shared}]
        script: "${waits}; ls /shared"`),
    ends: ['True', 'Succeeded'],
    async check({ log }) {
      assert.deepEqual(await log('step-see'), ['ready']);
    },
  },
];
