import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bigInt, assert as check, constantFrom, property } from 'fast-check';
import { applyLimitRanges, defaultStepRequests, type LimitRange } from './limit-range.ts';
import { formatQuantity, parseQuantity, quantityValue } from './quantity.ts';
import { applyTaskLevelResources } from './task-level.ts';

describe('quantities', () => {
  const cases: Array<[text: string | number, milli: bigint, canonical: string]> = [
    ['250m', 250n, '250m'],
    ['0.5', 500n, '500m'],
    [2, 2000n, '2'],
    ['1Gi', 1024n ** 3n * 1000n, '1Gi'],
    ['1.5Gi', 1536n * 1024n ** 2n * 1000n, '1536Mi'],
    ['1000k', 10n ** 9n, '1M'],
    ['1e3', 10n ** 6n, '1e3'],
    ['0', 0n, '0'],
    ['100u', 1n, '1m'],
    ['-1', -1000n, '-1'],
  ];
  for (const [text, milli, canonical] of cases) {
    test(String(text), () => {
      assert.equal(parseQuantity(text).milli, milli);
      assert.equal(formatQuantity(parseQuantity(text)), canonical);
    });
  }
  test('fractions of a byte are rounded up', () => assert.equal(quantityValue(parseQuantity('1.2')), 2n));
  test('text that is none is refused', () =>
    assert.throws(() => parseQuantity('1 Gi'), /regular expression/));
  test('a written quantity is read as it was', () => {
    const formats = constantFrom('DecimalSI' as const, 'BinarySI' as const, 'DecimalExponent' as const);
    check(
      property(bigInt(-(10n ** 20n), 10n ** 20n), formats, (milli, format) => {
        assert.equal(parseQuantity(formatQuantity({ milli, format })).milli, milli);
      }),
    );
  });
});

describe('resources of a whole task', () => {
  const resourcesOf = (steps: object[], resources: object | undefined) =>
    applyTaskLevelResources(steps as never[], resources).map(
      (step: { computeResources?: object }) => step.computeResources,
    );
  test('requests are divided, limits are not', () => {
    const spread = { requests: { cpu: '500m', memory: '512Mi' }, limits: { cpu: '2' } };
    assert.deepEqual(resourcesOf([{}, {}], { requests: { cpu: 1, memory: '1Gi' }, limits: { cpu: '2' } }), [
      spread,
      spread,
    ]);
  });
  test('without requests the limits are divided', () => {
    assert.deepEqual(resourcesOf([{}, {}, {}], { limits: { cpu: '1' } })[0], {
      requests: { cpu: '333m' },
      limits: { cpu: '1' },
    });
  });
  test('a step with requests of its own loses them then', () => {
    const steps = [{ computeResources: { requests: { cpu: '1' } } }, {}];
    assert.deepEqual(resourcesOf(steps, { limits: { cpu: '2' } }), [
      { limits: { cpu: '2' } },
      { requests: { cpu: '1' }, limits: { cpu: '2' } },
    ]);
  });
  test('nothing asked changes nothing', () => assert.deepEqual(resourcesOf([{}], {}), [undefined]));
});

describe('limit ranges', () => {
  const range = (...limits: object[]) =>
    ({ apiVersion: 'v1', kind: 'LimitRange', metadata: {}, spec: { limits } }) as LimitRange;
  test('a default request is divided, never below the minimum', () => {
    const ranges = [
      range({ type: 'Container', defaultRequest: { cpu: '1', memory: '1Gi' }, min: { cpu: '600m' } }),
    ];
    assert.deepEqual(defaultStepRequests(ranges, 2), { cpu: '600m', memory: '512Mi' });
  });
  test('of several the smallest default and the largest minimum count', () => {
    const ranges = [
      range({ type: 'Container', defaultRequest: { cpu: '4' } }),
      range({ type: 'Container', defaultRequest: { cpu: '2' }, min: { cpu: '100m' } }),
      range({ type: 'Pod', min: { cpu: '9' } }),
    ];
    assert.deepEqual(defaultStepRequests(ranges, 2), { cpu: '1' });
  });
  test('what a step asks for stays', () => {
    const steps = [{ computeResources: { requests: { cpu: '2' }, limits: { cpu: '3' } } }, {}];
    const ranges = [range({ type: 'Container', defaultRequest: { cpu: '1', memory: '1Gi' } })];
    assert.deepEqual(
      applyLimitRanges(steps as never[], ranges).map(
        (step: { computeResources?: object }) => step.computeResources,
      ),
      [
        { requests: { cpu: '2', memory: '512Mi' }, limits: { cpu: '3' } },
        { requests: { cpu: '500m', memory: '512Mi' } },
      ],
    );
  });
});
