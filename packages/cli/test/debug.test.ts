import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { FactoryHome, RunningCommand } from './testing/factory-home.ts';

const launcher = resolve(import.meta.dirname, '../../../bin/assay');
const noTerminal = spawnSync('script', ['--version']).status !== 0 && 'needs script of util-linux';

describe('assay run --debug', { skip: noTerminal }, () => {
  let home: FactoryHome;
  before(async () => {
    home = await FactoryHome.create();
  });
  after(() => {
    for (const child of children) child.kill('SIGKILL');
    home.remove();
  });
  const children: ChildProcess[] = [];

  /** The command on a terminal of its own, and what types there. */
  function onTerminal(manifest: string) {
    const file = join(home.root, home.write(manifest));
    const { NODE_TEST_CONTEXT: _, CI: __, ...environment } = process.env;
    const command = `${launcher} run --debug --no-sign -f ${file}`;
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      env: { ...environment, ASSAY_HOME: home.root, NO_COLOR: '1', TERM: 'dumb', SHELL: '/bin/sh' },
    });
    children.push(child);
    child.stdin.on('error', () => {});
    return { running: new RunningCommand(child), type: (text: string) => child.stdin.write(text) };
  }

  const taskRun = (name: string, steps: string, debug = '') => `
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: { name: ${name} }
spec:${debug}
  taskSpec:
    steps:${steps}
`;
  const step = (name: string, script: string) => `
      - { name: ${name}, image: localhost/toolbox, script: '${script}' }`;

  it('opens a shell in the step that failed, with its files, and goes on as if it had done well', async () => {
    const steps = step('breaks', 'echo left >/tmp/file; exit 3') + step('next', 'echo went on');
    const { running, type } = onTerminal(taskRun('goes-on', steps));
    await running.says('stands still. This is a shell in it');
    type('echo "seen: $(cat /tmp/file) $((40 + 2))"; test -t 0 && echo on a "ter"minal\n');
    await running.says('seen: left 42');
    await running.says('on a terminal');
    type('exit\n');
    await running.says('[s]hell again?');
    type('s\n');
    await running.says('/ # ', 20_000, 3);
    type('echo "again $((1 + 1))"; exit\n');
    await running.says('again 2');
    type('c\n');
    const { code, stdout } = await running.outcome;
    assert.equal(code, 0, stdout);
    assert.match(stdout, /\[next\] went on/);
    assert.match(stdout, /TaskRun goes-on Succeeded/);
  });

  it('stops before the steps that the TaskRun names, and fails them when told to', async () => {
    const debug = '\n  debug: { breakpoints: { onFailure: enabled, beforeSteps: [second] } }';
    const steps = step('first', 'echo one') + step('second', 'echo never');
    const { running, type } = onTerminal(taskRun('stops', steps, debug));
    await running.says('stops : second stands still. This is a shell');
    type('ls /tekton/debug/scripts; echo "looked $((2 + 3))"; exit\n');
    await running.says('looked 5');
    await running.says('[s]hell again?');
    type('f\n');
    const { code, stdout } = await running.outcome;
    assert.equal(code, 1, stdout);
    assert.match(stdout, /debug-beforestep-continue/);
    assert.doesNotMatch(stdout, /\[second\] never/);
    assert.match(stdout, /TaskRun stops StepFailed/);
  });

  it('lets a script of the shell decide', async () => {
    const { running, type } = onTerminal(taskRun('decides', step('breaks', 'exit 3')));
    await running.says('breaks stands still. This is a shell');
    type('/tekton/debug/scripts/debug-fail-continue; exit\n');
    const { code, stdout } = await running.outcome;
    assert.equal(code, 1, stdout);
    assert.doesNotMatch(stdout, /shell again/);
    assert.match(stdout, /"step-breaks" exited with code 3/);
  });
});
