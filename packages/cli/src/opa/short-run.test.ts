import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

/** A process that runs something hot, and the tiers that V8 compiled it with. */
function tiers(before: string): string {
  const module = JSON.stringify(new URL('./short-run.ts', import.meta.url).href);
  const script = `
    const { pauseOptimizing, resumeOptimizing, resumeOptimizingInLongRun } = await import(${module});
    ${before}
    const hot = (n) => { let sum = 0; for (let i = 0; i < n; i += 1) sum = (sum + i * i) % 1000003; return sum; };
    for (let i = 0; i < 40; i += 1) { hot(500000); await new Promise(setImmediate); }
  `;
  return execFileSync(process.execPath, ['--trace-opt', '--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
}

const optimized = /compiling method .*hot.*TURBOFAN/;

test('what is hot is optimized fully, except while that is paused', () => {
  assert.match(tiers(''), optimized);
  assert.doesNotMatch(tiers('pauseOptimizing();'), optimized);
  assert.match(tiers('pauseOptimizing(); resumeOptimizing();'), optimized);
});

test('a process that has just begun is a short run', () => {
  assert.doesNotMatch(tiers('pauseOptimizing(); resumeOptimizingInLongRun();'), optimized);
});
