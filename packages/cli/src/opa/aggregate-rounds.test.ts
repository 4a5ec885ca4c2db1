import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aggregateRounds, statistics } from './aggregate-rounds.ts';

test('one round is printed as it is', () => {
  const output = { query: '1', metrics: { timer: 1 } };
  assert.equal(aggregateRounds([output]), output);
});

test('percentiles lie between the nearest values', () => {
  const { min, max, mean, median, count, '90%': ninety } = statistics([4, 1, 3, 2]);
  assert.deepEqual({ min, max, mean, median, count }, { min: 1, max: 4, mean: 2.5, median: 2.5, count: 4 });
  assert.ok(Math.abs(ninety! - 3.7) < 1e-9);
});

test('metrics of all rounds are told together', () => {
  const rounds = [1, 3].map((timer) => ({ query: '1', metrics: { timer } }));
  const { metrics, aggregatedMetrics } = aggregateRounds(rounds);
  assert.equal(metrics, undefined);
  assert.equal(aggregatedMetrics!.timer!.mean, 2);
});
