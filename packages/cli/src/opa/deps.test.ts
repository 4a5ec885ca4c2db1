import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { OpaProcess } from './testing/opa-process.ts';

const opa = new OpaProcess({
  'policy.rego': `package policy

allow if is_admin

is_admin if "admin" in input.user.roles

unrelated := data.config.x
`,
  'broken.rego': 'package policy\n\nallow if x\n',
});
after(() => opa.close());

test('lists the documents from outside and those that rules compute', async () => {
  const { code, stdout } = await opa.run(['deps', '--data', 'policy.rego', 'data.policy.allow']);
  assert.equal(code, 0);
  assert.equal(
    stdout,
    `┌──────────────────┬──────────────────────┐
│  BASE DOCUMENTS  │  VIRTUAL DOCUMENTS   │
├──────────────────┼──────────────────────┤
│ input.user.roles │ data.policy.allow    │
│                  │ data.policy.is_admin │
└──────────────────┴──────────────────────┘
`,
  );
});

test('--format json has them as references', async () => {
  const { stdout } = await opa.run(['deps', '-f', 'json', '-d', 'policy.rego', 'data.policy.unrelated']);
  assert.deepEqual(JSON.parse(stdout), {
    base: [
      [
        { type: 'var', value: 'data' },
        { type: 'string', value: 'config' },
        { type: 'string', value: 'x' },
      ],
    ],
    virtual: [
      [
        { type: 'var', value: 'data' },
        { type: 'string', value: 'policy' },
        { type: 'string', value: 'unrelated' },
      ],
    ],
  });
});

test('a query that depends on nothing prints nothing', async () => {
  assert.deepEqual(await opa.run(['deps', '1 + 1']), { code: 0, stdout: '', stderr: '' });
});

test('errors go to standard error', async () => {
  const { code, stdout, stderr } = await opa.run(['deps', '-d', 'broken.rego', 'data.policy.allow']);
  assert.deepEqual(
    [code, stdout, stderr],
    [
      1,
      '',
      '1 error occurred: broken.rego:3: rego_unsafe_var_error: var x is unsafe\n\tallow if x\n\t         ^\n',
    ],
  );
});
