import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TektonError } from '../error.ts';
import type { Param } from '../types/params.ts';
import { indexesOutOfBound, missingObjectKeys, missingParams, mistypedParams, outsideEnum } from './check.ts';
import { resolveParams } from './resolve.ts';
import { goList, goMapOfLists, toParamValue, typeOfSpec } from './value.ts';

const valuesOf = (params: Param[]) => Object.fromEntries(params.map(({ name, value }) => [name, value]));

describe('values', () => {
  test('what is not text, a list or a map of texts becomes JSON text', () => {
    assert.equal(toParamValue(5), '5');
    assert.equal(toParamValue(true), 'true');
    assert.equal(toParamValue([1, 2]), '[1,2]');
    assert.equal(toParamValue({ b: 1, a: { c: 'x' } }), '{"a":{"c":"x"},"b":1}');
    assert.deepEqual(toParamValue(['a']), ['a']);
    assert.deepEqual(toParamValue({ a: 'b' }), { a: 'b' });
  });
  test('the type comes from the declaration, the default, the properties', () => {
    assert.equal(typeOfSpec({ name: 'a' }), 'string');
    assert.equal(typeOfSpec({ name: 'a', default: [] }), 'array');
    assert.equal(typeOfSpec({ name: 'a', properties: {} }), 'object');
    assert.equal(typeOfSpec({ name: 'a', type: 'string', default: [] }), 'string');
  });
  test('lists and maps are written as Go writes them', () => {
    assert.equal(goList(['a', 'b']), '[a b]');
    assert.equal(
      goMapOfLists(
        new Map([
          ['b', ['x']],
          ['a', ['y', 'z']],
        ]),
      ),
      'map[a:[y z] b:[x]]',
    );
  });
});

describe('resolving', () => {
  test('given values beat defaults, and undeclared ones are kept', () => {
    const params = resolveParams(
      [{ name: 'a', default: '1' }, { name: 'b', default: '2' }, { name: 'c' }],
      [
        { name: 'b', value: 'x' },
        { name: 'extra', value: 'y' },
      ],
    );
    assert.deepEqual(valuesOf(params), { a: '1', b: 'x', extra: 'y' });
  });
  test('a partial object takes its other keys from the default', () => {
    const spec = { name: 'o', type: 'object', default: { url: 'u', ref: 'main' } };
    assert.deepEqual(valuesOf(resolveParams([spec], [{ name: 'o', value: { ref: 'dev' } }])), {
      o: { url: 'u', ref: 'dev' },
    });
  });
  test('defaults may use other params, in any order', () => {
    const params = resolveParams(
      [
        { name: 'image', default: '$(params.registry)/$(params.name)' },
        { name: 'registry', default: 'docker.io' },
        { name: 'name' },
        { name: 'tags', type: 'array', default: ['$(params.name)-1', 'latest'] },
      ],
      [{ name: 'name', value: 'app' }],
    );
    assert.equal(valuesOf(params).image, 'docker.io/app');
    assert.deepEqual(valuesOf(params).tags, ['app-1', 'latest']);
  });
  test('what a user gives is never expanded', () => {
    const params = resolveParams(
      [{ name: 'a', default: '$(params.b)' }, { name: 'b' }, { name: 'c', default: 'secret' }],
      [{ name: 'b', value: '$(params.c)' }],
    );
    assert.equal(valuesOf(params).a, '$(params.c)');
  });
  test('a circle of defaults is an error', () => {
    const specs = [
      { name: 'a', default: '$(params.b)' },
      { name: 'b', default: '$(params.a)' },
    ];
    assert.throws(
      () => resolveParams(specs, []),
      (error) => error instanceof TektonError && /circular dependency detected/.test(error.message),
    );
  });
});

describe('checks', () => {
  const specs = [
    { name: 'a' },
    { name: 'b', type: 'array' },
    { name: 'o', type: 'object', properties: { x: {}, y: {} } },
    { name: 'e', enum: ['one', 'two'], default: 'one' },
  ];
  test('missing', () => assert.deepEqual(missingParams(specs, [{ name: 'a' }]), ['b', 'o']));
  test('of the wrong type', () => {
    const given = [
      { name: 'a', value: ['x'] },
      { name: 'b', value: '$(tasks.t.results.r[*])' },
    ];
    assert.deepEqual(mistypedParams(specs, given), ['a', 'b']);
    assert.deepEqual(mistypedParams(specs, given, { references: true }), ['a']);
  });
  test('missing keys', () => {
    assert.deepEqual(missingObjectKeys(specs, [{ name: 'o', value: { x: '1' } }]), new Map([['o', ['y']]]));
  });
  test('index out of bound', () => {
    const spec = { steps: [{ script: '$(params.b[0]) $(params.b[2]) $(params["b"][3])' }] };
    assert.deepEqual(
      indexesOutOfBound([{ name: 'b', value: ['x', 'y'] }], spec),
      ['$(params.b[2])', '$(params["b"][3])'].sort(),
    );
  });
  test('outside the enum, an empty text aside', () => {
    assert.equal(outsideEnum(specs, [{ name: 'e', value: 'three' }])?.name, 'e');
    assert.equal(outsideEnum(specs, [{ name: 'e', value: '' }]), undefined);
  });
});
