import { BuiltinFault } from '../builtins/builtin.ts';
import type { HostBuiltin } from '../builtins/host-builtin.ts';
import { fromJs, toJs } from '../values/json.ts';
import { termText } from '../values/term-text.ts';
import type { Value } from '../values/value.ts';
import { type Answer, faulted } from './call.ts';
import { evaluationError } from './evaluation.ts';
import type { HostAnswers } from './host-answers.ts';

/** How a function of the host is called. */
export function hostAnswer(host: HostBuiltin): Answer {
  return (world, operands, location) => {
    const { evaluation } = world;
    evaluation.spend(1);
    const answers = evaluation.hostAnswers;
    const key = host.memoize || answers.awaited.size > 0 || evaluation.suspends ? keyOf(host, operands) : '';
    const known = key === '' ? undefined : answers.known.get(key);
    if (known) return 'error' in known ? faulted(known.error, host.name, world, location) : known.value;
    if (key !== '' && answers.awaited.has(key)) {
      evaluation.suspend(key);
      return undefined;
    }
    let result: unknown;
    try {
      result = host.call(host.raw ? operands : operands.map(toJs), evaluation);
    } catch (error) {
      const fault = asFault(error);
      if (host.memoize) answers.known.set(key, { error: fault });
      return faulted(fault, host.name, world, location);
    }
    if (!isPromise(result)) {
      const value = asValue(host, result);
      if (host.memoize) answers.known.set(key, { value });
      return value;
    }
    if (!evaluation.suspends) {
      // Nobody will wait for it: its failure must not end the process.
      result.then(undefined, () => undefined);
      throw evaluationError(
        location,
        'eval_internal_error',
        `${host.name} answers with a promise: evaluate the query with evaluateAsync`,
      );
    }
    answers.awaited.set(key, settle(host, key, result, answers));
    evaluation.suspend(key);
    return undefined;
  };
}

async function settle(
  host: HostBuiltin,
  key: string,
  promise: PromiseLike<unknown>,
  answers: HostAnswers,
): Promise<void> {
  try {
    answers.known.set(key, { value: asValue(host, await promise) });
  } catch (error) {
    answers.known.set(key, { error: asFault(error) });
  }
}

function keyOf(host: HostBuiltin, operands: readonly Value[]): string {
  return `${host.name}${termText(operands as Value[])}`;
}

function asValue(host: HostBuiltin, result: unknown): Value | undefined {
  if (result === undefined) return undefined;
  return host.raw ? (result as Value) : fromJs(result);
}

/** Whatever a host function throws is a builtin error. */
function asFault(error: unknown): BuiltinFault {
  if (error instanceof BuiltinFault) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new BuiltinFault('eval_builtin_error', message, { cause: error });
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
