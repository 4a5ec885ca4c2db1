import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationText, parseDuration } from './duration.ts';

test('durations are read as Go writes them', () => {
  assert.equal(parseDuration('1h2m3.5s'), 3_723_500_000_000);
  assert.equal(parseDuration('10ms'), 10_000_000);
  assert.equal(parseDuration('1.5us'), 1_500);
  assert.equal(parseDuration('0'), 0);
});

test('what is no duration is undefined', () => {
  for (const text of ['', '5', 's', 'soon', '1d', '1s2']) assert.equal(parseDuration(text), undefined, text);
});

test('durations are written as Go writes them', () => {
  assert.equal(durationText(0), '0s');
  assert.equal(durationText(999), '999ns');
  assert.equal(durationText(1_500), '1.5µs');
  assert.equal(durationText(2_345_678), '2.345678ms');
  assert.equal(durationText(1_000_000_000), '1s');
  assert.equal(durationText(3_723_500_000_000), '1h2m3.5s');
});
