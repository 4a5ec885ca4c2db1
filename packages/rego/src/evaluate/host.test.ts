import assert from 'node:assert/strict';
import test from 'node:test';
import type { HostBuiltin } from '../builtins/host-builtin.ts';
import { RegoError } from '../error.ts';
import { answerOf, errorOf } from './check-policy.ts';
import { compile } from './policy.ts';

/** A function that answers later, and what it was asked. */
function later(answer: (key: string) => unknown): { asked: string[][]; builtin: HostBuiltin } {
  const asked: string[][] = [];
  let round: string[] = [];
  const builtin: HostBuiltin = {
    name: 'host.get',
    args: [{ type: 'string' }],
    call: ([key]) => {
      if (round.length === 0)
        queueMicrotask(() => {
          asked.push(round);
          round = [];
        });
      round.push(key as string);
      return Promise.resolve().then(() => answer(key as string));
    },
  };
  return { asked, builtin };
}

async function evaluate(source: string, builtin: HostBuiltin, options = {}): Promise<unknown> {
  const policy = compile({ modules: { 'test.rego': `package test\n${source}` }, builtins: [builtin] });
  const [result] = await policy.evaluateAsync('x = data.test.p', options);
  return result?.x;
}

test('a host function gets plain operands and answers with plain values', () => {
  const builtins: HostBuiltin[] = [{ name: 'host.f', args: 2, call: ([a, b]) => ({ a, b }) }];
  assert.equal(answerOf('p := host.f({1, 2}, "x")', { compile: { builtins } }), '{"a": [1, 2], "b": "x"}');
});

test('no answer is undefined', () => {
  const builtins: HostBuiltin[] = [{ name: 'host.f', args: 0, call: () => undefined }];
  assert.equal(answerOf('p := host.f()', { compile: { builtins } }), 'undefined');
});

test('what a host function throws is a builtin error', () => {
  const builtins: HostBuiltin[] = [
    {
      name: 'host.f',
      args: 0,
      call: () => {
        throw new Error('no luck');
      },
    },
  ];
  assert.equal(answerOf('p := host.f()', { compile: { builtins } }), 'undefined');
  assert.equal(
    errorOf('p := host.f()', { compile: { builtins }, strictBuiltinErrors: true }),
    'test.rego:2: eval_builtin_error: host.f: no luck',
  );
});

test('a function that answers later needs evaluateAsync', () => {
  const { builtin } = later(() => 1);
  assert.match(errorOf('p := host.get("a")', { compile: { builtins: [builtin] } }), /evaluateAsync/);
});

test('the evaluation waits for the answer', async () => {
  const { builtin, asked } = later((key) => `got ${key}`);
  assert.equal(await evaluate('p := upper(host.get("a"))', builtin), 'GOT A');
  assert.deepEqual(asked, [['a']]);
});

test('an answer is asked for once, however often it is needed', async () => {
  const { builtin, asked } = later(() => 1);
  assert.equal(await evaluate('q := host.get("a")\nr := host.get("a") + q\np := q + r', builtin), 3);
  assert.deepEqual(asked.flat(), ['a']);
});

test('rules that do not need each other ask together', async () => {
  const { builtin, asked } = later((key) => key);
  const source = 'q.a := host.get("a")\nq.b := host.get("b")\nq.c contains host.get("c")\np := q';
  assert.deepEqual(await evaluate(source, builtin), { a: 'a', b: 'b', c: ['c'] });
  assert.equal(asked.length, 1);
});

test('the iterations of a comprehension ask together', async () => {
  const { builtin, asked } = later((key) => key.length);
  assert.deepEqual(await evaluate('p := [host.get(k) | some k in ["a", "bb", "ccc"]]', builtin), [1, 2, 3]);
  assert.equal(asked.length, 1);
});

test('the iterations of a partial rule ask together, also through a function', async () => {
  const { builtin, asked } = later((key) => key.length);
  const source = 'f(k) := host.get(k) + 1\np contains f(k) if some k in ["a", "bb"]';
  assert.deepEqual(await evaluate(source, builtin), [2, 3]);
  assert.equal(asked.length, 1);
});

test('nothing is asked behind a missing answer in a negation, an else or a default', async () => {
  const { builtin, asked } = later(() => false);
  const source = `
default q := "default"
q := "first" if not host.get("a")
r := 1 if host.get("b") else := host.get("c")
p := [q, r]`;
  assert.deepEqual(await evaluate(source, builtin), ['first', false].slice(0, 2).with(1, false));
  assert.deepEqual(asked, [['a'], ['b'], ['c']]);
});

test('the first that holds is enough, as in a run without waiting', async () => {
  const { builtin, asked } = later(() => true);
  assert.equal(await evaluate('p if { some k in ["a", "b", "c"]; host.get(k) }', builtin), true);
  assert.deepEqual(asked, [['a']]);
});

test('every stops at the first missing answer', async () => {
  const { builtin, asked } = later((key) => key !== 'b');
  assert.equal(await evaluate('p if { every k in ["a", "b", "c"] { host.get(k) } }', builtin), undefined);
  assert.deepEqual(asked, [['a'], ['b']]);
});

test('a rejected promise is a builtin error', async () => {
  const { builtin } = later(() => {
    throw new Error('gone');
  });
  assert.equal(await evaluate('p := host.get("a")', builtin), undefined);
  await assert.rejects(
    evaluate('p := host.get("a")', builtin, { strictBuiltinErrors: true }),
    /eval_builtin_error: host.get: gone/,
  );
});

test('an answer that never comes to an end is cut off and the functions are named', async () => {
  const { builtin } = later((key) => `${key}x`);
  const source = `p := f9("a")\n${Array.from({ length: 9 }, (_, i) => `f${i + 1}(k) := f${i}(host.get(k))`).join('\n')}\nf0(k) := k`;
  await assert.rejects(
    evaluate(source, builtin, { maxRestarts: 3 }),
    (error) => error instanceof RegoError && /started again 3 times .* host\.get/.test(error.message),
  );
});

test('what was printed before an answer came is not printed again', async () => {
  const { builtin } = later(() => 1);
  const printed: string[] = [];
  await evaluate('p := x if { print("before"); x := host.get("a"); print("after", x) }', builtin, {
    print: (text: string) => printed.push(text),
  });
  assert.deepEqual(printed, ['before', 'after 1']);
});
