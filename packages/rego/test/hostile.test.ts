import assert from 'node:assert/strict';
import test from 'node:test';
import { errorOf } from '../src/evaluate/check-policy.ts';
import { hostilePolicies } from './hostile-policies.ts';

// Each hostile policy must end soon after its limits, with a clear error or with its value; the limits here are small so that the
// tests are fast.

const limits = { milliseconds: 400, memory: 400 * 1024 * 1024, elements: 2_000_000, characters: 4_000_000 };
/** Far more than the limit on time: what one call of a builtin may go over it, on a busy machine. */
const patience = 6_000;

for (const [name, policy] of Object.entries(hostilePolicies)) {
  test(`${name}: ends in time`, () => {
    const started = performance.now();
    const outcome = errorOf(policy, { limits });
    const took = performance.now() - started;
    assert.match(outcome, /^eval_cancel_error: |^no error: /);
    assert.ok(took < patience, `took ${Math.round(took)} ms: ${outcome.slice(0, 200)}`);
  });
}
