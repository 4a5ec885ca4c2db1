import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { OpaProcess } from './testing/opa-process.ts';

const opa = new OpaProcess({
  'p.rego': 'package p\n\n# Says yes.\nallow if input.x == 1\n',
  'broken.rego': 'package p\n\nallow {\n',
});
after(() => opa.close());

const parse = (...args: string[]) => opa.run(['parse', ...args]);

test('prints the tree for people', async () => {
  opa.write({
    'tree.rego': `package foo.bar

import data.baz as qux

p[x] := y if {
	x = a + b
	not y == {"foo": [{1, null}, true]} with input as 1
}

f(x) := g(x)
`,
  });
  assert.deepEqual(await parse('tree.rego'), {
    code: 0,
    stderr: '',
    stdout: `module
 package
  ref
   data
   "foo"
   "bar"
 import
  ref
   data
   "baz"
  qux
 rule
  head
   ref
    p
    x
   y
  body
   expr index=0
    ref
     eq
    x
    call
     ref
      plus
     a
     b
   expr negated index=1
    ref
     equal
    y
    object
     "foo"
     array
      set
       null
       1
      true
    with
     ref
      input
     1
 rule
  head
   ref
    f
   args
    x
   call
    ref
     g
    x
  body
   expr index=0
    true
`,
  });
});

test('the tree has comprehensions, some, every, else and comments', async () => {
  opa.write({
    'more.rego': `package p

# One.
q if {
	every v in [x | some x in input] { v }
} else := {"b": 1, "a": 2}
`,
  });
  const { stdout } = await parse('more.rego');
  assert.match(stdout, / every\n +v\n +arraycomprehension\n +x\n +body\n +expr index=0\n +somedecl\n/);
  assert.match(stdout, / rule\n +head\n +ref\n +q\n +object\n +"a"\n +2\n +"b"\n +1\n/);
  assert.match(stdout, /\n comment\n$/);
});

test('--format json is the tree for programs, with its comments', async () => {
  const tree = JSON.parse((await parse('-f', 'json', 'p.rego')).stdout);
  assert.deepEqual(tree.package, {
    path: [
      { type: 'var', value: 'data' },
      { type: 'string', value: 'p' },
    ],
  });
  assert.deepEqual(tree.rules[0].head, {
    name: 'allow',
    value: { type: 'boolean', value: true },
    ref: [{ type: 'var', value: 'allow' }],
  });
  assert.equal(Buffer.from(tree.comments[0].Text, 'base64').toString(), ' Says yes.');
});

test('--json-include adds places and takes comments away', async () => {
  const tree = JSON.parse(
    (await parse('-f', 'json', '--json-include', 'locations,-comments', 'p.rego')).stdout,
  );
  assert.equal(tree.comments, undefined);
  const { location } = tree.rules[0];
  assert.deepEqual([location.file, location.row, location.col], ['p.rego', 4, 1]);
});

test('what is wrong is told as JSON on standard error', async () => {
  const { code, stdout, stderr } = await parse('broken.rego');
  assert.equal(code, 1);
  assert.equal(stdout, '');
  const [first] = JSON.parse(stderr).errors;
  assert.equal(first.code, 'rego_parse_error');
  assert.equal(first.location.file, 'broken.rego');
  const absent = JSON.parse((await parse('absent.rego')).stderr);
  assert.deepEqual(absent, { errors: [{ message: 'open absent.rego: no such file or directory' }] });
});
