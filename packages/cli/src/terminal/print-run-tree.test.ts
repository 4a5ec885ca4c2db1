import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawRunTree } from './print-run-tree.ts';

const plain = (_color: string, text: string) => text;

test('a run is drawn with tasks, steps, results, attempts and why something was skipped', () => {
  const step = { name: 's', container: 'step-s' };
  const text = drawRunTree(
    {
      ...{ kind: 'PipelineRun', namespace: 'default', name: 'run', state: 'failed', reason: 'Failed' },
      ...{ message: 'Tasks Completed: 2', seconds: 65 },
      tasks: [
        {
          ...{
            name: 'a',
            section: 'tasks',
            state: 'succeeded',
            reason: 'Succeeded',
            seconds: 0,
            reused: true,
          },
          results: [{ name: 'r', type: 'string', value: 'two\nlines\u001b[2J' }],
          steps: [{ ...step, state: 'succeeded', exitCode: 0, seconds: 3 }],
        },
        {
          ...{ name: 'b', section: 'tasks', state: 'failed', reason: 'StepFailed', message: 'exited' },
          attempts: [{ reason: 'StepFailed', steps: [{ ...step, state: 'failed', exitCode: 1 }] }],
          steps: [{ ...step, state: 'failed', exitCode: 2, reason: 'Error' }],
        },
        {
          ...{
            name: 'c',
            section: 'finally',
            state: 'skipped',
            reason: 'When Expressions evaluated to false',
          },
          whenExpressions: [{ input: 'x', operator: 'in', values: ['y'] }],
        },
      ],
    },
    plain,
  );
  assert.equal(
    text,
    `✖ PipelineRun default/run Failed 1 m 05 s
  Tasks Completed: 2
├ ✔ a < 1 s reused from an earlier run
│   r = two⏎lines[2J
│ └ ✔ s 3.0 s
├ ✖ b StepFailed
│   exited
│ ├ attempt 1 StepFailed
│ │ └ ✖ s exit code 1
│ └ ✖ s exit code 2 Error
└ - c (finally) When Expressions evaluated to false
    when "x" in ["y"]
`,
  );
});
