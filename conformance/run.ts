// Runs other people's suites against Assay, as `make conformance` does.
//
//   bin/assay-node conformance/run.ts [CORPUS] [--conforma-policy DIRECTORY]
//
// The corpus and the checkout of conforma/policy may each be left out, not both.
// Prints what each suite prints, its counts, and `N passed, N failed` over all. Exits 0 when nothing failed that should
// not have: what Assay refuses beforehand counts as failed, but the suite that knows it as refused ends well.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

/** Suites: programs beside this one. Some run on the directory of their name in the corpus, some hold their own cases. */
const fromCorpus = ['chains', 'opa', 'tekton-examples'];

const { values, positionals } = parseArgs({
  options: { 'conforma-policy': { type: 'string' } },
  allowPositionals: true,
});
const [corpus] = positionals;
const policies = values['conforma-policy'];
const incomplete = corpus !== undefined && !fromCorpus.every((suite) => existsSync(join(corpus, suite)));
if (incomplete || (corpus === undefined && policies === undefined)) {
  const wanted = `the directory that holds ${fromCorpus.join(', ')}`;
  console.error(`usage: run.ts [CORPUS] [--conforma-policy DIRECTORY]; CORPUS is ${wanted}`);
  process.exit(2);
}

const suites = [
  ...(corpus === undefined
    ? []
    : [...fromCorpus, 'tekton-spec'].map((suite) => ({ suite, directory: join(corpus, suite) }))),
  ...(policies === undefined ? [] : [{ suite: 'conforma-policy', directory: policies }]),
];

interface Counts {
  passed: number;
  failed: number;
  refused: number;
  code: number;
}

async function runSuite(suite: string, directory: string): Promise<Counts> {
  const program = join(import.meta.dirname, `${suite}.ts`);
  const child = spawn(process.execPath, [...process.execArgv, program, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const code = new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? 1)));
  const counts: Counts = { passed: 0, failed: 0, refused: 0, code: 1 };
  let counted = false;
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(line);
    const [, passed, failed] = /^(\d+) passed, (\d+) failed$/.exec(line) ?? [];
    if (line.startsWith('refused ')) counts.refused++;
    if (passed === undefined) continue;
    counted = true;
    counts.passed = Number(passed);
    counts.failed = Number(failed);
  }
  // A suite that broke off has proved nothing.
  counts.code = counted ? await code : (await code) || 1;
  return counts;
}

const total = { passed: 0, failed: 0, refused: 0 };
const lines: string[] = [];
for (const { suite, directory } of suites) {
  console.log(`== ${suite}`);
  const { passed, failed, refused, code } = await runSuite(suite, directory);
  total.passed += passed;
  total.failed += failed;
  total.refused += refused;
  if (code !== 0) process.exitCode = 1;
  lines.push(`${suite}: ${passed} passed, ${failed} failed (${refused} of them refused)`);
}
console.log(`== all\n${lines.join('\n')}`);
if (total.refused > 0)
  console.log(`${total.refused} refused: Assay says beforehand that it does not do this yet`);
console.log(`${total.passed} passed, ${total.failed} failed`);
