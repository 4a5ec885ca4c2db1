import type { Value } from '../values/value.ts';

/** What a host function once answered. */
export type HostAnswer = { value: Value | undefined } | { error: unknown };

/** Answers of host functions, kept while one target is evaluated, however often the evaluation starts again. */
export class HostAnswers {
  readonly known = new Map<string, HostAnswer>();
  readonly awaited = new Map<string, Promise<void>>();
}
