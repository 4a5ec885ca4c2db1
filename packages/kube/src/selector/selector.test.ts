import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isKubeError } from '../error.ts';
import { matchesFields, matchesKeyFields, parseFieldSelector } from './field-selector.ts';
import { matchesLabels, parseLabelSelector } from './label-selector.ts';

const labels = { app: 'web', 'example.com/tier': 'front', empty: '' };

const cases: [selector: string, matches: boolean][] = [
  ['', true],
  ['app=web', true],
  ['app==web', true],
  ['app = web', true],
  ['app=db', false],
  ['app!=db', true],
  ['none!=db', true],
  ['none=', false],
  ['empty=', true],
  ['app in (db, web)', true],
  ['app in (db)', false],
  ['none notin (db)', true],
  ['app notin (web)', false],
  ['example.com/tier', true],
  ['!example.com/tier', false],
  ['!none', true],
  ['toString', false],
  ['app=web,example.com/tier in (front,back),!none', true],
  ['app=web,none', false],
];

for (const [selector, matches] of cases) {
  test(`label selector ${JSON.stringify(selector)} ${matches ? 'matches' : 'does not match'}`, () => {
    assert.equal(matchesLabels(parseLabelSelector(selector), labels), matches);
  });
}

for (const selector of [
  '=',
  'a=b=c',
  'a in',
  'a in b',
  'a in (b',
  'a,,b',
  'a b',
  'a=-b',
  '-a',
  `a=${'x'.repeat(64)}`,
]) {
  test(`label selector ${JSON.stringify(selector.slice(0, 20))} is refused`, () => {
    assert.throws(
      () => parseLabelSelector(selector),
      (error) => isKubeError(error, 'BadRequest'),
    );
  });
}

test('any text is parsed or refused as a bad request', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab=!,() in/.-'), maxLength: 30 }), (text) => {
      try {
        matchesLabels(parseLabelSelector(text), labels);
      } catch (error) {
        assert.ok(isKubeError(error, 'BadRequest'));
      }
    }),
  );
});

test('a set-based term and its negation never agree on a label that is there', () => {
  const value = fc.constantFrom('web', 'db', 'x');
  fc.assert(
    fc.property(fc.array(value, { minLength: 1 }), (values) => {
      const list = values.join(',');
      const is = matchesLabels(parseLabelSelector(`app in (${list})`), labels);
      assert.notEqual(is, matchesLabels(parseLabelSelector(`app notin (${list})`), labels));
      assert.equal(is, values.includes('web'));
    }),
  );
});

test('field selectors compare name and namespace', () => {
  const key = { namespace: 'ns', name: 'x' };
  const matches = (selector: string) => matchesKeyFields(parseFieldSelector(selector), key);
  assert.equal(matches(''), true);
  assert.equal(matches('metadata.name=x,metadata.namespace==ns'), true);
  assert.equal(matches('metadata.name!=x'), false);
  for (const selector of ['spec.x=1', 'metadata.name', 'toString=x', '=']) {
    assert.throws(
      () => matches(selector),
      (error) => isKubeError(error, 'BadRequest'),
    );
  }
});

test('field selectors compare the other fields that a resource names', () => {
  const object = { type: 'Warning', involvedObject: { name: 'a,b' }, source: { component: 'runner' } };
  const fields = ['type', 'involvedObject.name', 'source', 'count'];
  const matches = (selector: string) => matchesFields(parseFieldSelector(selector, fields), object);
  assert.equal(matches('type=Warning,involvedObject.name=a\\,b'), true);
  assert.equal(matches('source=runner,count='), true);
  assert.equal(matches('type!=Warning'), false);
  assert.equal(matches('involvedObject.name=a'), false);
});
