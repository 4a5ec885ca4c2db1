import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Criteria } from '../criteria/criteria.ts';
import type { RuleInfo, RuleResult } from './rule-info.ts';
import { inReportOrder, type NamespaceOutcome, type SettleOptions, settle, withoutInfo } from './settle.ts';

const effectiveTime = new Date('2026-06-01T00:00:00Z');

function rule(code: string, more: Partial<RuleInfo> = {}): RuleInfo {
  return {
    code,
    package: code.split('.').slice(0, -1).join('.'),
    shortName: code.split('.').at(-1)!,
    kind: 'deny',
    title: `Title of ${code}`,
    description: 'What it is about.',
    solution: '',
    effectiveOn: '',
    collections: [],
    dependsOn: [],
    pipelineIntention: [],
    documentationUrl: '',
    ...more,
  };
}

function outcome(parts: Partial<NamespaceOutcome>): NamespaceOutcome {
  return { namespace: 'pkg', warnings: [], failures: [], exceptions: [], skipped: [], ...parts };
}

function result(code: string, msg = 'No.', metadata: Record<string, unknown> = {}): RuleResult {
  return { msg, metadata: { ...(code !== '' && { code }), ...metadata } };
}

function settled(
  outcomes: NamespaceOutcome[],
  rules: RuleInfo[] = [],
  more: Partial<SettleOptions> & { include?: string[]; exclude?: string[] } = {},
) {
  const { include = [], exclude = [], ...options } = more;
  return settle(outcomes, {
    rules: new Map(rules.map((info) => [info.code, info])),
    criteria: new Criteria({ policy: ['p'], config: { include, exclude } }, undefined, effectiveTime),
    target: {},
    effectiveTime,
    ...options,
  });
}

test('annotations overwrite what a result says of itself', () => {
  const failure = result('pkg.a', 'No.', { title: 'mine', extra: 1 });
  const { violations } = settled(
    [outcome({ failures: [failure] })],
    [rule('pkg.a', { solution: 'Mend it.' })],
  );
  assert.equal(violations[0]!.metadata.title, 'Title of pkg.a');
  assert.equal(violations[0]!.metadata.solution, 'Mend it.');
  assert.equal(violations[0]!.metadata.extra, 1);
});

test('a violation says how to exclude it, by its terms', () => {
  const description = (term?: unknown) =>
    settled(
      [outcome({ failures: [result('pkg.a', 'No.', term === undefined ? {} : { term })] })],
      [rule('pkg.a')],
    ).violations[0]!.metadata.description;
  const hint = (what: string) =>
    `What it is about. To exclude this rule add ${what} to the \`exclude\` section of the policy configuration.`;
  assert.equal(description(), hint('"pkg.a"'));
  assert.equal(description('t'), hint('"pkg.a:t"'));
  assert.equal(description(['t', 'u']), hint('one or more of "pkg.a:t", "pkg.a:u"'));
});

test('a violation whose day has not come is a warning that names the day', () => {
  const future = rule('pkg.a', { effectiveOn: '2026-06-02T00:00:00Z' });
  const { violations, warnings } = settled([outcome({ failures: [result('pkg.a')] })], [future]);
  assert.equal(violations.length, 0);
  assert.equal(warnings[0]!.msg, 'No. This will become a failure starting on 2026-06-02T00:00:00Z');
});

test('a violation counts after its day only, not on it', () => {
  const on = (day: string) =>
    settled([outcome({ failures: [result('pkg.a')] })], [rule('pkg.a', { effectiveOn: day })]).violations
      .length;
  assert.equal(on('2026-06-01T00:00:00Z'), 0);
  assert.equal(on('2026-05-31T23:59:59Z'), 1);
});

test('a date in another form than Conforma reads counts as come', () => {
  const failure = result('pkg.a', 'No.', { effective_on: '2026-07-01T00:00:00+00:00' });
  assert.equal(settled([outcome({ failures: [failure] })]).violations.length, 1);
});

test('a date more than ninety days ago is not shown', () => {
  const effective = (day: string) =>
    settled([outcome({ failures: [result('pkg.a', 'No.', { effective_on: day })] })]).violations[0]!.metadata
      .effective_on;
  assert.equal(effective('2026-01-01T00:00:00Z'), undefined);
  assert.equal(effective('2026-05-01T00:00:00Z'), '2026-05-01T00:00:00Z');
});

test('severity moves a result to the other list', () => {
  const { violations, warnings } = settled([
    outcome({
      warnings: [result('pkg.w', 'w', { severity: 'failure' })],
      failures: [result('pkg.f', 'f', { severity: 'warning' })],
    }),
  ]);
  assert.deepEqual([violations.map(({ msg }) => msg), warnings.map(({ msg }) => msg)], [['w'], ['f']]);
});

test('a rule that said nothing is a success, once, without its solution', () => {
  const { successes } = settled(
    [outcome({ failures: [result('pkg.a')] })],
    [rule('pkg.a'), rule('pkg.b', { solution: 'x', collections: ['c'] }), rule('other.c')],
  );
  assert.deepEqual(successes, [
    {
      msg: 'Pass',
      metadata: {
        code: 'pkg.b',
        title: 'Title of pkg.b',
        description: 'What it is about.',
        collections: ['c'],
      },
    },
  ]);
});

test('what is excluded is neither violation nor success', () => {
  const verdict = settled([outcome({ failures: [result('pkg.a')] })], [rule('pkg.a'), rule('pkg.b')], {
    include: ['*'],
    exclude: ['pkg'],
  });
  assert.deepEqual(verdict, { violations: [], warnings: [], successes: [] });
});

test('excluding the only failing term makes the rule a success, as upstream', () => {
  const verdict = settled([outcome({ failures: [result('pkg.a', 'No.', { term: 't' })] })], [rule('pkg.a')], {
    include: ['*'],
    exclude: ['pkg.a:t'],
  });
  assert.deepEqual([verdict.violations.length, verdict.successes.length], [0, 1]);
});

test('a result without code is always kept', () => {
  assert.equal(settled([outcome({ failures: [result('')] })], [], { include: ['pkg'] }).violations.length, 1);
});

test('an include that names nothing is told as a warning without code', () => {
  const { warnings } = settled([outcome({ failures: [result('pkg.a')] })], [rule('pkg.a')], {
    include: ['pkg', 'missing', '@none'],
  });
  assert.deepEqual(
    warnings.map(({ msg }) => msg),
    [
      "Include criterion 'missing' doesn't match any policy rule",
      "Include criterion '@none' doesn't match any policy rule",
    ],
  );
});

test('a result is silent while anything it depends on is reported', () => {
  const dependent = rule('pkg.b', { dependsOn: ['pkg.a', 'pkg.c'] });
  const both = [result('pkg.a'), result('pkg.b')];
  const codes = (failures: RuleResult[]) =>
    settled([outcome({ failures })], [rule('pkg.a'), dependent, rule('pkg.c')]).violations.map(
      ({ metadata }) => metadata.code,
    );
  assert.deepEqual(codes(both), ['pkg.a']);
  assert.deepEqual(codes([result('pkg.b')]), ['pkg.b']);
});

test('a dependency that only the result claims does not count', () => {
  const failures = [result('pkg.a'), result('pkg.b', 'No.', { depends_on: ['pkg.a'] })];
  assert.equal(settled([outcome({ failures })]).violations.length, 2);
});

test('an exception removes the success of its rule and lists nothing', () => {
  const verdict = settled([outcome({ exceptions: [result('pkg.a')] })], [rule('pkg.a')]);
  assert.deepEqual(verdict, { violations: [], warnings: [], successes: [] });
});

test('a code used by warn and deny keeps each origin, unless upstream is to be followed', () => {
  const outcomes = [outcome({ warnings: [result('pkg.a', 'w')], failures: [result('pkg.a', 'f')] })];
  assert.equal(settled(outcomes).violations.length, 1);
  assert.equal(settled(outcomes, [], { quirks: true }).violations.length, 0);
});

test('the order of a report is code, first term, message', () => {
  const results = [
    result('b'),
    result('a', '2', { term: ['y'] }),
    result('a', '1', { term: 'y' }),
    result('a', '9', { term: 'x' }),
  ];
  assert.deepEqual(
    inReportOrder(results).map(({ msg }) => msg),
    ['9', '1', '2', 'No.'],
  );
});

test('without info only code, date and term are left', () => {
  const full = result('pkg.a', 'No.', { title: 't', term: 'x', effective_on: '2026-01-01T00:00:00Z' });
  assert.deepEqual(withoutInfo(full).metadata, {
    code: 'pkg.a',
    term: 'x',
    effective_on: '2026-01-01T00:00:00Z',
  });
});

test('a date long past is left out, but not of a result that no rule can be told of', () => {
  const old = { effective_on: '2025-01-01T00:00:00Z' };
  const { violations } = settled([
    outcome({ failures: [result('pkg.a', 'No.', old), result('', 'Bare.', old)] }),
  ]);
  assert.deepEqual(
    violations.map(({ metadata }) => metadata.effective_on),
    [undefined, '2025-01-01T00:00:00Z'],
  );
});
