import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { snapshotOf, someDigest } from '../testing/consents.ts';
import { componentTargets } from './targets.ts';

const image = `registry.test/team/web@${someDigest}`;
const time = new Date('2026-06-01T12:00:00Z');
const commit = '0123456789abcdef0123456789abcdef01234567';
const web = {
  name: 'web',
  containerImage: image,
  source: { git: { url: 'https://git.test/web', revision: commit } },
};

function targets(mapping: unknown, components = [web]) {
  return componentTargets(snapshotOf(components), { mapping }, time);
}

/** The tags that one entry for the component `web` gives. */
function tags(list: unknown, component: Parameters<typeof targets>[1] = [web]): string[] {
  return targets(
    { components: [{ name: 'web', repository: 'registry.test/out/web', tags: list }] },
    component,
  )[0]!.tags;
}

test('a component goes to its repository, under its tags', () => {
  assert.deepEqual(
    targets({ components: [{ name: 'web', repository: 'registry.test:5000/out/web', tags: ['1', '2'] }] }),
    [{ component: 'web', image, repository: 'registry.test:5000/out/web', tags: ['1', '2'] }],
  );
});

test('it goes to several repositories, each under tags of its own or else those of the component', () => {
  const repositories = [{ url: 'a.test/web', tags: ['x'] }, { url: 'b.test/web' }];
  const found = targets({ components: [{ name: 'web', repositories, tags: ['y'] }] });
  assert.deepEqual(
    found.map(({ repository, tags: own }) => [repository, own]),
    [
      ['a.test/web', ['x']],
      ['b.test/web', ['y']],
    ],
  );
});

test('default tags are for components and repositories that have none', () => {
  const mapping = {
    defaults: { tags: ['latest'] },
    components: [
      { name: 'web', repository: 'registry.test/web' },
      { name: 'db', repository: 'registry.test/db', tags: ['1'] },
    ],
  };
  const found = targets(mapping, [web, { ...web, name: 'db' }]);
  assert.deepEqual(
    found.map((one) => one.tags),
    [['latest'], ['1']],
  );
});

test('without tags it is released by digest alone', () => assert.deepEqual(tags(undefined), []));

test('one tag need not be in a list, and a tag that comes twice is one', () => {
  assert.deepEqual(tags('1.0'), ['1.0']);
  assert.deepEqual(tags(['1.0', '{{ timestamp }}', '1.0', '{{timestamp}}']), ['1.0', '1780315200']);
});

test('tags hold the commit, the digest and the time', () => {
  assert.deepEqual(tags(['{{ git_sha }}', 'v-{{git_short_sha}}', '{{ digest_sha }}', '1-{{ timestamp }}']), [
    commit,
    'v-0123456',
    'a'.repeat(64),
    '1-1780315200',
  ]);
});

suite('what is no tag is refused', () => {
  const { source: _, ...withoutSource } = web;
  const cases: [what: string, tag: unknown, component?: typeof web][] = [
    ['with a space', 'a b'],
    ['empty', ''],
    ['too long', 'a'.repeat(129)],
    ['a repository with it', 'registry.test/web:1'],
    ['with a variable that does not exist', '{{ whatever }}'],
    ['with a variable of every object', '{{ constructor }}'],
    ['an object', { a: 1 }],
    ['of a commit that is not known', '{{ git_sha }}', withoutSource as typeof web],
  ];
  for (const [what, tag, component = web] of cases)
    test(what, () =>
      assert.throws(() => tags([tag], [component]), {
        code: 'NoTarget',
        message: /is no tag for component web$/,
      }),
    );
});

suite('what is no repository is refused', () => {
  for (const repository of [
    undefined,
    '',
    'web',
    '/web',
    'registry.test/',
    'registry.test/Web',
    'registry.test/web:1',
    7,
  ])
    test(JSON.stringify(repository) ?? 'nothing', () =>
      assert.throws(() => targets({ components: [{ name: 'web', repository }] }), {
        code: 'NoTarget',
        message: `data.mapping: the repository of component web is ${JSON.stringify(repository)}`,
      }),
    );
});

test('a component that is not mapped is not released', () => {
  const found = targets({ components: [{ name: 'db', repository: 'registry.test/db' }] }, [
    web,
    { ...web, name: 'db' },
  ]);
  assert.deepEqual(
    found.map(({ component }) => component),
    ['db'],
  );
});

test('two images cannot have one name; one image may have it twice', () => {
  const repository = 'registry.test/all';
  const mapping = {
    components: [
      { name: 'web', repository, tags: ['1.0'] },
      { name: 'db', repository, tags: ['1.0'] },
    ],
  };
  assert.equal(targets(mapping, [web, { ...web, name: 'db' }]).length, 2);
  const other = { ...web, name: 'db', containerImage: `registry.test/db@sha256:${'9'.repeat(64)}` };
  assert.throws(() => targets(mapping, [web, other]), {
    code: 'NoTarget',
    message: /the components web and db would both be registry\.test\/all:1\.0/,
  });
});

suite('a mapping of another form maps nothing, and is told so', () => {
  for (const mapping of [
    undefined,
    null,
    'text',
    [],
    {},
    { components: null },
    { components: {} },
    { components: [null, 'web', 7] },
    { components: [{ name: 'web', repositories: [] }] },
  ])
    test(JSON.stringify(mapping) ?? 'nothing', () =>
      assert.throws(() => targets(mapping), {
        code: 'NoTarget',
        message: /names no repository for any of: web/,
      }),
    );
});
