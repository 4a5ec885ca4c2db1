// Generated and mutated texts through Rego's parser (100,000) and compiler (10,000): none may crash it, hang it or make it
// throw anything but a RegoError.
//
//   bin/assay-node conformance/rego-fuzz.ts [--inputs N] [--compile N] [--seed N]
import { parseArgs } from 'node:util';
import { compile, parseModule, RegoError } from '@assay/rego';
import { fuzzInput, seededRandom } from '../packages/rego/test/fuzz-inputs.ts';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '100000' },
    compile: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
  },
});

/** Longer than any of these texts may take. */
const slow = 2_000;

function run(what: string, count: number, use: (text: string) => void): number {
  const random = seededRandom(Number(values.seed));
  let accepted = 0;
  let failed = 0;
  let longest = 0;
  for (let i = 0; i < count; i += 1) {
    const text = fuzzInput(random);
    const start = performance.now();
    try {
      use(text);
      accepted += 1;
    } catch (error) {
      if (!(error instanceof RegoError)) {
        failed += 1;
        console.log(`${what}: input ${i}: ${String(error)}\n${JSON.stringify(text.slice(0, 500))}`);
      }
    }
    const took = performance.now() - start;
    longest = Math.max(longest, took);
    if (took > slow) {
      failed += 1;
      console.log(`${what}: input ${i} took ${Math.round(took)} ms\n${JSON.stringify(text.slice(0, 500))}`);
    }
  }
  console.log(`${what}: ${count} inputs, ${accepted} accepted, longest ${Math.round(longest)} ms`);
  console.log(`${count - failed} passed, ${failed} failed`);
  return failed;
}

const failed =
  run('parse', Number(values.inputs), (text) => parseModule(text, { file: 'fuzz.rego' })) +
  run('compile', Number(values.compile), (text) => compile({ modules: { 'fuzz.rego': text } }));
process.exitCode = failed > 0 ? 1 : 0;
