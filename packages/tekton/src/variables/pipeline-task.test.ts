import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ParamSpec } from '../types/params.ts';
import type { PipelineTask } from '../types/pipeline.ts';
import { substitutePipelineTask } from './pipeline-task.ts';
import { paramReplacements } from './sets.ts';

const outer = paramReplacements([
  { name: 'repo', value: { url: 'outer-url', commit: 'outer-commit' } },
  { name: 'text', value: 'outer-text' },
]);
const script = '$(params.repo.url) $(params.repo.commit) $(params.text)';

function seen(task: Partial<PipelineTask>, params: ParamSpec[] = []): string | undefined {
  const whole = { name: 't', ...task, taskSpec: { params, steps: [{ name: 's', image: 'i', script }] } };
  return substitutePipelineTask(whole, outer).taskSpec?.steps?.[0]?.script;
}

describe('an embedded Task sees the params of its Pipeline', () => {
  test('all of them where it has none of its own', () => {
    assert.equal(seen({}), 'outer-url outer-commit outer-text');
  });
  test('but not those that it is given', () => {
    assert.equal(seen({ params: [{ name: 'text', value: 'own' }] }), 'outer-url outer-commit $(params.text)');
  });
  test('and of an object that it is given in part, the other keys', () => {
    assert.equal(
      seen({ params: [{ name: 'repo', value: { url: 'own', branch: 'main' } }] }),
      '$(params.repo.url) outer-commit outer-text',
    );
  });
  test('unless it declares the object itself', () => {
    assert.equal(
      seen({ params: [{ name: 'repo', value: { url: 'own' } }] }, [{ name: 'repo', type: 'object' }]),
      '$(params.repo.url) $(params.repo.commit) outer-text',
    );
  });
});
