import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { FactoryHome, type Outcome } from './testing/factory-home.ts';

let home: FactoryHome;

before(async () => {
  home = await FactoryHome.create({ toolbox: false });
});
after(() => home.remove());

const taskRun = (spec: string) => `apiVersion: tekton.dev/v1
kind: TaskRun
metadata:
  name: bad
spec:
${spec.replace(/^/gm, '  ')}
`;
const pipelineRun = (spec: string) => taskRun(spec).replace('TaskRun', 'PipelineRun');
const step = "{ name: a, image: localhost/toolbox, script: 'echo ran' }";

/** One error in words, a hint, and no stack. */
function assertOneError({ stdout, stderr }: Outcome): void {
  assert.equal(stdout, '');
  assert.equal(stderr.match(/^error: /gm)?.length, 1, stderr);
  assert.match(stderr, /^hint: \S/m);
  assert.doesNotMatch(stderr, /^\s+at |node:internal|\.ts:\d/m);
}

describe('what stands in a file', { concurrency: 2 }, () => {
  const cases: Record<
    string,
    { manifest: string; error: RegExp; at: string; hint?: RegExp; flags?: string[] }
  > = {
    'an unknown field': {
      manifest: taskRun('taskSpec:\n  steps:\n    - name: a\n      imagee: localhost/toolbox'),
      error: /unknown field "spec.taskSpec.steps\[0\].imagee"/,
      at: '9:9',
      hint: /did you mean "image"/,
    },
    'a value of a wrong type': {
      manifest: taskRun(`retries: many\ntaskSpec: { steps: [${step}] }`),
      error: /spec.retries must be a number, not the text "many"/,
      at: '6:12',
    },
    'a cycle of tasks': {
      manifest: pipelineRun(`pipelineSpec:
  tasks:
    - { name: a, runAfter: [b], taskSpec: { steps: [${step}] } }
    - { name: b, runAfter: [a], taskSpec: { steps: [${step}] } }`),
      error: /cycle detected; task "a" depends on "b"/,
      at: '7:5',
    },
    'a variable that is not there': {
      manifest: taskRun(`taskSpec:\n  steps:\n    - { image: x, script: 'echo $(params.nope)' }`),
      error: /non-existent variable in "echo \$\(params.nope\)"/,
      at: '8:29',
    },
    'a missing param of a TaskRun': {
      manifest: taskRun(`taskSpec: { params: [{ name: needed }], steps: [${step}] }`),
      error: /missing values for these params which have no default values: \[needed\]/,
      at: '5:1',
      hint: /-p NAME=VALUE/,
    },
    'a missing param of a PipelineRun': {
      manifest: pipelineRun(`pipelineSpec:
  params: [{ name: needed }]
  tasks: [{ name: a, taskSpec: { steps: [${step}] } }]`),
      error: /needed/,
      at: '5:1',
    },
    'a missing workspace': {
      manifest: taskRun(`taskSpec: { workspaces: [{ name: source }], steps: [${step}] }`),
      error: /source/,
      at: '5:1',
      hint: /-w NAME=VOLUME/,
    },
    'text that is no YAML': {
      manifest: 'apiVersion: tekton.dev/v1\nkind: TaskRun\nspec: [a\nmetadata: {}\n',
      error: /Flow sequence|flow collection/i,
      at: '4:1',
    },
    'an object that is none': { manifest: '- a\n- b\n', error: /must be a map with apiVersion/, at: '1:1' },
    'a kind that Tekton does not have': {
      manifest: 'apiVersion: tekton.dev/v1\nkind: TaskRan\nmetadata: { name: x }\n',
      error: /no kind TaskRan in tekton.dev\/v1/,
      at: '1:13',
      hint: /TaskRun/,
    },
    'a feature that is not switched on': {
      manifest: taskRun(`debug: { breakpoints: { onFailure: enabled } }\ntaskSpec: { steps: [${step}] }`),
      flags: ['--feature-flag', 'enable-api-fields=beta'],
      error: /debug requires "enable-api-fields" feature gate to be "alpha"/,
      at: '6:3',
      hint: /--feature-flag enable-api-fields=alpha/,
    },
  };
  for (const [name, { manifest, error, at, hint, flags = [] }] of Object.entries(cases)) {
    test(`${name} is told at its place`, async () => {
      const file = home.write(manifest);
      const outcome = await home.assay(['run', '-f', file, ...flags]);
      assert.equal(outcome.code, 1, outcome.stderr);
      assertOneError(outcome);
      assert.match(outcome.stderr, error);
      assert.match(outcome.stderr, new RegExp(`^ {2}${file}:${at}$`, 'm'));
      if (hint) assert.match(outcome.stderr, new RegExp(`^hint: .*${hint.source}`, 'm'));
    });
  }

  after(() => assert.equal(existsSync(home.paths.store), false, 'nothing was created, not even a store'));
});

describe('the command line', { concurrency: 2 }, () => {
  const good = taskRun(`taskSpec: { steps: [${step}] }`);
  const cases: Record<string, { args: string[]; error: RegExp; input?: string; code?: number }> = {
    'a file that is not there': {
      args: ['run', '-f', 'nowhere.yaml'],
      error: /cannot read nowhere.yaml: ENOENT/,
    },
    'a param without value': {
      args: ['run', '-f', '-', '-p', 'x'],
      input: good,
      error: /-p x is not NAME=VALUE/,
    },
    'a workspace without volume': {
      args: ['run', '-f', '-', '-w', 'x=y'],
      input: good,
      error: /-w x=y names no volume/,
    },
    'an image map that is not there': {
      args: ['run', '-f', '-', '--image-map', 'nowhere.yaml'],
      input: good,
      error: /cannot read the image map nowhere.yaml/,
    },
    'a timeout that is no duration': {
      args: ['run', '-f', '-', '--timeout', 'soon'],
      input: good,
      error: /soon/,
    },
    'a file with nothing to run': {
      args: ['run', '-f', '-'],
      input: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\n',
      error: /there is nothing to run in the file/,
    },
    'an empty file': { args: ['run', '-f', '-'], error: /there is nothing to run/ },
  };
  for (const [name, { args, input, error, code = 2 }] of Object.entries(cases)) {
    test(`${name} is wrong usage`, async () => {
      const outcome = await home.assay(args, input);
      assert.equal(outcome.code, code, outcome.stderr);
      assertOneError(outcome);
      assert.match(outcome.stderr, error);
    });
  }

  test('unknown commands and options exit 2 and name what they could be', async () => {
    const command = await home.assay(['rum']);
    assert.equal(command.code, 2);
    assert.match(command.stderr, /unknown command 'rum'[\s\S]*run/);
    const option = await home.assay(['run', '-f', 'x', '--namespaze', 'y']);
    assert.equal(option.code, 2);
    assert.match(option.stderr, /unknown option '--namespaze'[\s\S]*--namespace/);
  });
});

describe('what only the factory can find out', () => {
  const run = (image: string) =>
    home.run(taskRun(`taskSpec: { steps: [{ name: a, image: "${image}", script: echo ran }] }`));
  for (const [name, image, message] of [
    ['an image that is nowhere', 'localhost/none', /could not get its image "localhost\/none"/],
    ['a registry that is down', 'localhost:1/x', /localhost:1 cannot be reached: connect ECONNREFUSED/],
    ['an image that is no reference', 'NOT A REF', /"NOT A REF" is not an image reference/],
  ] as const) {
    test(`${name} ends the run before a pod is made`, async () => {
      const { code, stderr, stdout } = await run(image);
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, /^✖ TaskRun bad TaskRunImagePullFailed: /m);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /^\s+at |node:internal/m);
      assert.equal(existsSync(join(home.root, 'sandbox/attempts/bad')), false);
    });
  }

  test('--debug adds the stack', async () => {
    const { code, stderr } = await home.assay(['--debug', 'run', '-f', 'nowhere.yaml']);
    assert.equal(code, 2);
    assert.match(stderr, /^\s+at .*load-manifest\.ts/m);
  });
});

describe('a full disk', {
  skip: process.getuid?.() !== 0 && 'only root can mount a small file system',
}, () => {
  const mount = (size: string, directory: string) =>
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', directory]);

  test('is told as one error by what writes, and the run stays possible once there is room', async (t) => {
    const full = await FactoryHome.create({ toolbox: false });
    const port = readFileSync(join(full.root, 'registry-port'));
    mount('8m', full.root);
    t.after(() => {
      execFileSync('umount', ['-l', full.root]);
      full.remove();
    });
    writeFileSync(join(full.root, 'registry-port'), port);
    const built = await full.assay(['images', 'build', 'toolbox']);
    assert.equal(built.code, 1);
    assert.match(built.stderr, /^error: the disk of the image store is full\nhint: free space/m);
    const file = full.write(taskRun(`taskSpec: { steps: [${step}] }`));
    const filler = join(full.root, 'filler');
    assert.throws(() => writeFileSync(filler, Buffer.alloc(16 << 20)), /ENOSPC/);
    const refused = await full.assay(['run', '-f', file]);
    assert.equal(refused.code, 1);
    assertOneError(refused);
    assert.match(refused.stderr, /^error: there is no room left for the store/);
    rmSync(filler);
    const next = await full.assay(['run', '-f', file]);
    assert.match(next.stderr, /TaskRunImagePullFailed/);
  });

  test('that a step fills up ends the command with an error, and the next start finds the run and ends it', async (t) => {
    const full = await FactoryHome.create({ toolbox: false });
    const port = readFileSync(join(full.root, 'registry-port'));
    mount('300m', full.root);
    t.after(() => {
      execFileSync('umount', ['-l', full.root]);
      full.remove();
    });
    writeFileSync(join(full.root, 'registry-port'), port);
    assert.equal((await full.assay(['images', 'build', 'toolbox'])).code, 0);
    const fill = taskRun(
      `taskSpec: { steps: [{ name: fill, image: localhost/toolbox, script: 'cat /dev/zero >/workspace/big; echo no room; exit 3' }] }`,
    );
    const outcome = await full.run(fill, '--no-sign');
    assert.equal(outcome.code, 1);
    assert.doesNotMatch(outcome.stderr, /^\s+at |node:internal/m);
    assert.match(outcome.stderr, /^(error: there is no room left for the store|✖ TaskRun bad StepFailed)/m);
    const next = await full.runToJson(taskRun(`taskSpec: { steps: [${step}] }`).replace('bad', 'good'));
    assert.equal(next.code, 0, next.stderr);
  });
});
