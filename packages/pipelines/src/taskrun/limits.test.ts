import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerLimits, parseQuantity } from './limits.ts';

test('quantities have decimal, binary and exponent forms', () => {
  const values = ['64Mi', '500m', '1.5', '2e3', '1k', '4Gi', '3', 7].map(parseQuantity);
  assert.deepEqual(values, [67108864, 0.5, 1.5, 2000, 1000, 4294967296, 3, 7]);
});

test('what is no quantity is refused with the text', () => {
  assert.throws(() => parseQuantity('lots'), /"lots"/);
  assert.throws(() => parseQuantity('64MiB'), /"64MiB"/);
});

test('limits count, requests do not', () => {
  assert.deepEqual(containerLimits({ limits: { memory: '1Gi', cpu: '250m' }, requests: { cpu: '4' } }), {
    memoryBytes: 1073741824,
    cpuMillis: 250,
  });
  assert.deepEqual(containerLimits({ requests: { memory: '1Gi' } }), {});
});
