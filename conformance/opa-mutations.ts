import { RegoError } from '@assay/rego';
import { type Engine, failureOf, type OpaCase } from './opa-cases.ts';

/** A wrong engine, and the cases that have to notice it. */
interface Mutation {
  name: string;
  engine(right: Engine): Engine;
  notices(test: OpaCase): boolean;
}

const wantsSome = ({ wantResult }: OpaCase): boolean => wantResult !== undefined && wantResult.length > 0;

const mutations: readonly Mutation[] = [
  { name: 'nothing has a result', engine: () => () => [], notices: wantsSome },
  {
    name: 'every result has one more binding',
    engine: (right) => (test) => right(test).map((bindings) => ({ ...bindings, unwanted: 1 })),
    notices: wantsSome,
  },
  {
    name: 'there is one more result',
    engine: (right) => (test) => [...right(test), { unwanted: 1 }],
    notices: ({ wantResult }) => wantResult !== undefined,
  },
  {
    name: 'errors are no results',
    engine: (right) => (test) => {
      try {
        return right(test);
      } catch {
        return [];
      }
    },
    notices: ({ wantResult }) => wantResult === undefined,
  },
  {
    name: 'every error is another one',
    engine: (right) => (test) => {
      try {
        return right(test);
      } catch {
        throw new RegoError([
          { code: 'eval_conflict_error', message: 'an unwanted text', file: '', row: 0, col: 0 },
        ]);
      }
    },
    notices: ({ wantResult, wantCode, wantError }) =>
      wantResult === undefined &&
      (wantCode !== 'eval_conflict_error' || Boolean(wantError)) &&
      Boolean(wantCode),
  },
];

/** What a set of cases notices of each wrong engine: how many of those that must. */
export function checkMutations(
  cases: readonly OpaCase[],
  right: Engine,
): { name: string; noticed: number; expected: number }[] {
  return mutations.map(({ name, engine, notices }) => {
    const wrong = engine(right);
    const deciding = cases.filter(notices);
    const noticed = deciding.filter((test) => failureOf(test, wrong) !== undefined).length;
    return { name, noticed, expected: deciding.length };
  });
}
