import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setDefaults } from '../../defaults/set-defaults.ts';
import { formatFieldErrors } from '../field-error.ts';
import type { ValidationOptions } from '../options.ts';
import { validateObject } from '../validate.ts';

/** One object, and the lines that Tekton's webhook answers with. */
export interface Rule {
  what: string;
  kind: string;
  spec: object;
  /** Settings other than Tekton's own. */
  options?: ValidationOptions;
  expected: string[];
}

const versions: Readonly<Record<string, string>> = {
  StepAction: 'v1beta1',
  CustomRun: 'v1beta1',
  VerificationPolicy: 'v1alpha1',
};

/** Tests each rule on an object named `x`, after defaults are set. */
export function testRules(title: string, rules: readonly Rule[]): void {
  describe(title, () => {
    for (const { what, kind, spec, options = {}, expected } of rules) {
      test(`${kind}: ${what}`, () => {
        const given = {
          apiVersion: `tekton.dev/${versions[kind] ?? 'v1'}`,
          kind,
          metadata: { name: 'x' },
          spec,
        };
        const errors = validateObject(setDefaults(given, options.defaults), options);
        assert.deepEqual(formatFieldErrors(errors).split('\n'), expected);
      });
    }
  });
}
