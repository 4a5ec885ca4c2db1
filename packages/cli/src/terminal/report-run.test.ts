import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '../run/run-events.ts';
import { type ProgressMode, runReporter } from './report-run.ts';

function tell(events: RunEvent[], mode: ProgressMode = 'plain', several = false) {
  const written = { out: '', progress: '', both: '' };
  const to = (name: 'out' | 'progress') => ({
    write: (text: string) => {
      written[name] += text;
      written.both += text;
    },
  });
  const report = runReporter({ out: to('out'), progress: to('progress') }, mode, several);
  for (const event of events) report(event);
  return written;
}
const log = (step: string, text: string, newline = true, task = 'build'): RunEvent => ({
  type: 'log',
  run: 'r',
  task,
  step,
  text,
  newline,
});

test('logs are data, under task and step; of a TaskRun under the step alone', () => {
  const { out, progress } = tell([
    log('a', 'one'),
    log('b', 'two', true, 'r'),
    log('r', 'own name', true, 'r'),
  ]);
  assert.equal(out, '[build : a] one\n[b] two\n[r] own name\n');
  assert.equal(progress, '');
});

test('with several runs the run is named, too', () => {
  const { out } = tell([log('a', 'one'), log('b', 'two', true, 'r')], 'plain', true);
  assert.equal(out, '[r : build : a] one\n[r : b] two\n');
});

test('pieces of a line stay on it, and another step or progress ends it', () => {
  const { both } = tell([
    log('a', 'be', false),
    log('a', 'gin'),
    log('a', 'open', false),
    log('b', 'other'),
    log('b', 'open too', false),
    {
      type: 'task-ended',
      run: 'r',
      task: 'build',
      succeeded: true,
      reason: 'Succeeded',
      message: '',
      ms: 1400,
    },
  ]);
  assert.equal(
    both,
    '[build : a] begin\n[build : a] open\n[build : b] other\n[build : b] open too\n  ✔ build 1.4 s\n',
  );
});

test('what an untrusted step says cannot steer the terminal', () => {
  const { out } = tell([log('a', '\u001b[31mred\u001b[0m \u001b[2J\u001b]0;title\u0007')]);
  assert.equal(out, '[build : a] \u001b[31mred\u001b[0m [2J]0;title\n');
});

test('failures name what failed and why', () => {
  const { progress } = tell([
    { type: 'step-ended', run: 'r', task: 't', step: 's', exitCode: 3, reason: 'Error' },
    { type: 'step-ended', run: 'r', task: 't', step: 'u', exitCode: 1, reason: 'Skipped' },
    { type: 'step-ended', run: 'r', task: 't', step: 'v', exitCode: 2, reason: 'Continued' },
    { type: 'task-ended', run: 'r', task: 't', succeeded: false, reason: 'StepFailed', message: 'no', ms: 5 },
    { type: 'task-skipped', run: 'r', task: 'x', reason: 'PipelineRun was stopping' },
  ]);
  assert.deepEqual(progress.trimEnd().split('\n'), [
    '  ✖ t : s exited with code 3 (Error)',
    '  ! t : v exited with code 2, and the task goes on',
    '  ✖ t StepFailed: no',
    '  - x skipped: PipelineRun was stopping',
  ]);
});

test('as JSON each event is a line, and the run at its end is named, not told whole', () => {
  const run = {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name: 'r', namespace: 'n' },
    spec: {},
  };
  const { progress, out } = tell(
    [log('a', 'x'), { type: 'run-ended', run, succeeded: true, reason: 'Succeeded', message: '', ms: 1 }],
    'json',
  );
  assert.equal(out, '');
  const [, ended] = progress
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(ended, {
    type: 'run-ended',
    kind: 'TaskRun',
    name: 'r',
    namespace: 'n',
    succeeded: true,
    reason: 'Succeeded',
    message: '',
    ms: 1,
  });
});
