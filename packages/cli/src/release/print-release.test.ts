import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Release, ReleaseStatus } from '@assay/release';
import { printRelease } from './print-release.ts';

function printed(t: TestContext, status: ReleaseStatus): string {
  const release: Release = {
    ...{ apiVersion: 'appstudio.redhat.com/v1alpha1', kind: 'Release' },
    ...{ metadata: { name: 'one', namespace: 'team' }, spec: { snapshot: 's', releasePlan: 'p' } },
    status,
  };
  let text = '';
  const { write } = process.stdout;
  process.stdout.write = ((chunk: string) => {
    text += chunk;
    return true;
  }) as typeof write;
  const restore = () => {
    process.stdout.write = write;
  };
  t.after(restore);
  try {
    printRelease(release);
  } finally {
    restore();
  }
  return text;
}

const condition = (type: string, status: 'True' | 'False', message = '') => ({
  ...{ type, status, message, reason: status === 'True' ? 'Succeeded' : 'Failed' },
});
const image = `localhost/team/web@sha256:${'a'.repeat(64)}`;

test('what is released is told with who answers for it, and every name it has', (t) => {
  const text = printed(t, {
    conditions: [condition('Released', 'True')],
    attribution: { author: 'ann', standingAuthorization: false },
    artifacts: {
      images: [
        { name: 'web', shasum: 'sha256:aa', urls: ['localhost/out/web:1.0', 'localhost/out/web@sha256:aa'] },
        { name: 'db', shasum: 'sha256:bb', urls: ['localhost/out/db@sha256:bb'] },
      ],
    },
  });
  assert.equal(
    text,
    `✔ released by ann
  web  localhost/out/web:1.0
  web  localhost/out/web@sha256:aa
  db  localhost/out/db@sha256:bb
`,
  );
});

test('what is refused is told by component: which rule, why, and what to do', (t) => {
  const violation = {
    component: 'web',
    image,
    code: 'trusted_task.trusted',
    message: '"lint" is not trusted',
  };
  const text = printed(t, {
    conditions: [condition('Released', 'False', 'refused by trusted_task.trusted')],
    artifacts: {
      targets: ['localhost/out/web:1.0', 'localhost/out/db:1.0'],
      verdict: {
        ...{ result: 'denied', time: '2026-06-01T12:00:00Z', policy: 'sha256:ff' },
        violations: [
          { ...violation, solution: 'take the one of the library' },
          { ...violation, component: 'db', image: 'localhost/team/db@sha256:bb' },
          { ...violation, code: 'test.failed', message: 'a test failed' },
        ],
      },
    },
  });
  assert.equal(
    text,
    `✖ one is refused
  component web  ${image}
    ✖ trusted_task.trusted: "lint" is not trusted
      to fix take the one of the library
    ✖ test.failed: a test failed
  component db  localhost/team/db@sha256:bb
    ✖ trusted_task.trusted: "lint" is not trusted
  nothing was written to localhost/out/web:1.0, localhost/out/db:1.0
`,
  );
});

test('what failed otherwise is told in the words of what failed first', (t) => {
  const text = printed(t, {
    conditions: [
      condition('Released', 'False'),
      condition('Validated', 'False', 'Snapshot s does not exist in namespace team'),
    ],
  });
  assert.equal(text, '✖ one: Snapshot s does not exist in namespace team\n');
});

test('what has not ended says so', (t) => {
  assert.equal(printed(t, {}), '✖ one: it did not end\n');
});

test('text of others steers no terminal', (t) => {
  const text = printed(t, {
    artifacts: {
      verdict: {
        ...{ result: 'denied', time: '', policy: '' },
        violations: [{ component: 'web\u0007', image, code: 'c', message: 'a\u001b]0;title\u0007b' }],
      },
    },
  });
  assert.ok(!/[\u0007\u001b]/.test(text), JSON.stringify(text));
});
