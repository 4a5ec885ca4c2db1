import assert from 'node:assert/strict';
import test from 'node:test';
import { RegoError } from '../src/error.ts';
import { compile } from '../src/evaluate/policy.ts';
import { hostilePolicies } from './hostile-policies.ts';

// Each hostile policy must end soon after its limits, with a clear error or with its value; the limits here are small so that the
// tests are fast.

const limits = { milliseconds: 400, memory: 400 * 1024 * 1024, elements: 2_000_000, characters: 4_000_000 };
/** Far more than the limit on time: what one call of a builtin may go over it, on a busy machine. */
const patience = 6_000;

function outcomeOf(policy: string): string {
  try {
    const modules = { 'test.rego': `package test\n${policy}` };
    return `no error: ${compile({ modules }).evaluate('data.test.p = x', { limits }).length} answers`;
  } catch (error) {
    if (error instanceof RegoError) return error.message;
    throw error;
  }
}

for (const [name, policy] of Object.entries(hostilePolicies)) {
  test(`${name}: ends in time`, () => {
    const started = performance.now();
    const outcome = outcomeOf(policy);
    const took = performance.now() - started;
    assert.match(outcome, /^eval_cancel_error: |^no error: /);
    assert.ok(took < patience, `took ${Math.round(took)} ms: ${outcome.slice(0, 200)}`);
  });
}
