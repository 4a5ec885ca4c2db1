import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatDuration, parseDuration } from './duration.ts';
import { TektonError } from './error.ts';

describe('Go durations', () => {
  const cases: Array<[string, number, string]> = [
    ['0', 0, '0s'],
    ['1h', 3_600_000, '1h0m0s'],
    ['60m', 3_600_000, '1h0m0s'],
    ['1h30m', 5_400_000, '1h30m0s'],
    ['1.5s', 1500, '1.5s'],
    ['90s', 90_000, '1m30s'],
    ['100ms', 100, '100ms'],
    ['10µs', 0.01, '10µs'],
    ['-2m', -120_000, '-2m0s'],
    ['+5s', 5000, '5s'],
    ['.5h', 1_800_000, '30m0s'],
  ];
  for (const [text, milliseconds, formatted] of cases) {
    test(`${text} is ${formatted}`, () => {
      assert.equal(parseDuration(text), milliseconds);
      assert.equal(formatDuration(milliseconds), formatted);
    });
  }

  for (const text of ['', '-', '5', '1d', 'h', '1h 30m', '1..5s', 'abc']) {
    test(`${JSON.stringify(text)} is refused in Go's words`, () => {
      assert.throws(
        () => parseDuration(text),
        (error) =>
          error instanceof TektonError && error.message === `time: invalid duration ${JSON.stringify(text)}`,
      );
    });
  }

  test('what is formatted parses to the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), (milliseconds) => {
        assert.equal(parseDuration(formatDuration(milliseconds)), milliseconds);
      }),
    );
  });
});
