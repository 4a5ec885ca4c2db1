import { compile, RegoError } from '@assay/rego';
import { printErrors, problemJson } from './eval-output.ts';
import { jsonText } from './json-output.ts';
import { withOpaErrors } from './opa-error.ts';
import { type PolicyFlags, readPolicy } from './policy-flags.ts';
import { pauseOptimizing } from './short-run.ts';

export interface CheckFlags extends Omit<PolicyFlags, 'data' | 'bundle'> {
  /** The paths are bundles. */
  bundle?: boolean;
  /** The policies must be right in both versions of Rego. */
  v0V1?: boolean;
  maxErrors: string;
  format: 'pretty' | 'json';
}

/** `opa check`: silent when the policies compile; otherwise the problems, and 1. */
export function checkCommand(paths: string[], flags: CheckFlags): Promise<void> {
  pauseOptimizing();
  return withOpaErrors(1, async () => {
    const { bundle, ...rest } = flags;
    try {
      for (const v0Compatible of flags.v0V1 ? [true, false] : [flags.v0Compatible ?? false]) {
        const named = { [bundle ? 'bundle' : 'data']: paths };
        const { compile: options } = await readPolicy({
          ...rest,
          ...named,
          v0Compatible,
          onlyPolicies: true,
        });
        compile(options);
      }
      return 0;
    } catch (error) {
      if (!(error instanceof RegoError)) throw error;
      const most = Number(flags.maxErrors);
      const errors = most > 0 ? error.errors.slice(0, most) : error.errors;
      if (flags.format === 'json') process.stderr.write(`${jsonText({ errors: errors.map(problemJson) })}\n`);
      else printErrors(errors);
      return 1;
    }
  });
}
