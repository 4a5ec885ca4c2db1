import { compile, type HostBuiltin } from '@assay/rego';
import type { Engine } from './opa-cases.ts';

/** Upstream's own driver adds this function to the engine; a case about the clock calls it. */
const sleep: HostBuiltin = { name: 'test.sleep', args: [{ type: 'string' }], call: () => null };

/** packages/rego, asked as OPA's own driver asks. */
export const regoEngine: Engine = (test) => {
  const modules = Object.fromEntries(test.modules.map((source, index) => [`test-${index}.rego`, source]));
  return compile({ modules, data: test.data, builtins: [sleep] }).evaluate(test.query, {
    ...(test.input !== undefined && { input: test.input }),
    ...(test.inputTerm !== undefined && { inputTerm: test.inputTerm }),
    strictBuiltinErrors: test.strictErrors,
  });
};
