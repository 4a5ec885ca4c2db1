import { execFile, fork } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { compile, fromJs, type HostBuiltin, ownBuiltins, parseModule } from '@assay/rego';
import { cases } from './rego/cases.ts';
import type { Case } from './rego/shape.ts';

// How long does one evaluation of a prepared query take, in the shapes of OPA's own benchmarks? Each case in a process of its
// own: medians of ten rounds, answers turned into plain JavaScript included. Where `opa` is on PATH (or
// --opa names it), the same files go through `opa bench`, whose own median of single evaluations is shown, and every
// answer is compared. Some cases have the floor beside them: plain JavaScript over plain data.
//
// With paths to a policy library: parse and compile of all of it, and its whole suite of tests, each in cold processes. A capabilities
// file declares what only the library's host has.
//
//   bin/assay-node bench/rego.ts [PATH...] [--capabilities FILE] [--only TEXT] [--rounds N] [--opa PATH] [--json]

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    capabilities: { type: 'string' },
    rounds: { type: 'string', default: '10' },
    opa: { type: 'string', default: 'opa' },
    json: { type: 'boolean', default: false },
    one: { type: 'string' },
  },
});
const rounds = Number(flags.rounds);
const run = promisify(execFile);

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/**
 * Microseconds for one call: after warming up, in each round the median of single calls (of the fastest, so many that they take some
 * 50 us); then the median of the rounds. Like `opa bench`'s own median it passes over what else the machine did meanwhile.
 */
function perCall(work: () => unknown): number {
  let calls = 1;
  for (const warm = performance.now(); performance.now() - warm < 400; ) {
    const took = timeOf(work, calls);
    if (took * calls < 50) calls *= 2;
  }
  const medians: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const samples: number[] = [];
    const started = performance.now();
    while (samples.length < 5 || performance.now() - started < 50) samples.push(timeOf(work, calls));
    medians.push(median(samples));
  }
  return median(medians);
}

function timeOf(work: () => unknown, calls: number): number {
  const started = performance.now();
  for (let i = 0; i < calls; i += 1) work();
  return ((performance.now() - started) * 1000) / calls;
}

interface Measured {
  microseconds: number;
  floor?: number;
  answer: string;
}

function measure({ policy, query, data, input, floor }: Case): Measured {
  const prepared = compile({ modules: { 'bench.rego': policy }, ...(data && { data }) }).prepare(query);
  const options = input === undefined ? {} : { input: fromJs(input) };
  const work = () => prepared.evaluate(options);
  const answer = canonical(work().map((bindings) => bindings.answer));
  return { microseconds: perCall(work), answer, ...(floor && { floor: perCall(floor) }) };
}

/** One text for equal answers, whatever the order of members. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

/** What `opa bench` and `opa eval` say of the same case. */
async function measureOpa(opa: string, { policy, query, data, input }: Case): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-bench-rego-'));
  try {
    const files = ['-d', join(folder, 'bench.rego')];
    writeFileSync(join(folder, 'bench.rego'), policy);
    const write = (flag: string, name: string, value: unknown) => {
      if (value === undefined) return;
      writeFileSync(join(folder, name), JSON.stringify(value));
      files.push(flag, join(folder, name));
    };
    write('-d', 'data.json', data);
    write('-i', 'input.json', input);
    const benched = await run(opa, ['bench', ...files, '-f', 'json', query]);
    const { Extra } = JSON.parse(benched.stdout) as {
      Extra: { histogram_timer_rego_query_eval_ns_median: number };
    };
    const evaluated = await run(opa, ['eval', ...files, '-f', 'json', query], { maxBuffer: 2 ** 28 });
    const { result } = JSON.parse(evaluated.stdout) as { result?: { bindings: { answer: unknown } }[] };
    return {
      microseconds: Extra.histogram_timer_rego_query_eval_ns_median / 1000,
      answer: canonical((result ?? []).map(({ bindings }) => bindings.answer)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Library {
  files: number;
  bytes: number;
  parseMs: number;
  compileMs: number;
}

/** Parses and compiles every Rego file below the paths, once, in a process that has done nothing before. */
function measureLibrary(paths: readonly string[]): Library {
  const files = paths.flatMap((path) =>
    statSync(path).isDirectory() ? globSync(join(path, '**/*.rego')) : path.endsWith('.rego') ? [path] : [],
  );
  const sources = files.toSorted().map((file): [string, string] => [file, readFileSync(file, 'utf8')]);
  const builtins = foreignBuiltins();
  const started = performance.now();
  const modules = Object.fromEntries(sources.map(([file, text]) => [file, parseModule(text, { file })]));
  const parsed = performance.now();
  compile({ modules, builtins });
  return {
    files: files.length,
    bytes: sources.reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0),
    parseMs: parsed - started,
    compileMs: performance.now() - parsed,
  };
}

/** What the capabilities file declares and this engine has not: functions of the policy's own host. */
function foreignBuiltins(): HostBuiltin[] {
  if (flags.capabilities === undefined) return [];
  const { builtins } = JSON.parse(readFileSync(flags.capabilities, 'utf8')) as {
    builtins: { name: string; decl: { args?: HostBuiltin['args'] } }[];
  };
  return builtins
    .filter(({ name }) => !ownBuiltins().has(name))
    .map(({ name, decl }) => ({ name, args: decl.args ?? [], call: () => undefined }));
}

/** Milliseconds until a command is done, whatever it exits with, and what it printed. */
async function timed(command: string, args: readonly string[]): Promise<{ ms: number; output: string }> {
  const started = performance.now();
  const { stdout } = await run(command, args, { maxBuffer: 2 ** 28 }).catch(
    (error: { stdout: string; code: unknown }) => {
      if (typeof error.code === 'number') return error;
      throw error;
    },
  );
  return { ms: performance.now() - started, output: stdout };
}

/** Runs this file for one part, in a process of its own. */
function apart<T>(part: string): Promise<T> {
  const child = fork(import.meta.filename, [...process.argv.slice(2), '--one', part], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as T));
    child.once('exit', (code) => reject(new Error(`measuring ${part} ended with ${code}`)));
  });
}

async function programs(): Promise<{ opa: string | undefined; version: string }> {
  const found = await run(flags.opa, ['version']).catch(() => undefined);
  const version = /^Version: (.*)$/m.exec(found?.stdout ?? '')?.[1] ?? '';
  return { opa: found && flags.opa, version };
}

function number(value: number | undefined, digits = 2): string {
  if (value === undefined) return '';
  return value >= 100 ? value.toFixed(0) : value.toPrecision(digits + 1);
}

async function shapes(): Promise<void> {
  const { opa, version } = await programs();
  const rows: Record<string, unknown>[] = [];
  const ratios: number[] = [];
  if (!flags.json) {
    console.log(`| case | size | us | ${opa ? `OPA ${version}, us | times faster | ` : ''}floor, us |`);
    console.log(`| --- | --- | --- | ${opa ? '--- | --- | ' : ''}--- |`);
  }
  for (const one of cases()) {
    if (flags.only !== undefined && !one.name.includes(flags.only)) continue;
    const ours = await apart<Measured>(`case=${one.name}=${one.size}`);
    const theirs = opa === undefined ? undefined : await measureOpa(opa, one);
    const ratio = theirs && theirs.microseconds / ours.microseconds;
    if (ratio !== undefined) ratios.push(ratio);
    const same = theirs === undefined || theirs.answer === ours.answer;
    rows.push({
      case: one.name,
      size: one.size,
      us: ours.microseconds,
      opa: theirs?.microseconds,
      floor: ours.floor,
      same,
    });
    const beside = theirs ? `${number(theirs.microseconds)} | ${number(ratio, 1)} | ` : '';
    if (!flags.json)
      console.log(
        `| ${one.name} | ${one.size} | ${number(ours.microseconds)} | ${beside}${number(ours.floor)} |`,
      );
    if (same) continue;
    process.exitCode = 1;
    console.error(
      `${one.name} ${one.size}: ${ours.answer.slice(0, 200)} is not OPA's ${theirs.answer.slice(0, 200)}`,
    );
  }
  if (flags.json) console.log(JSON.stringify(rows, null, 2));
  else if (ratios.length > 0)
    console.log(
      `\nmedian ${number(median(ratios), 1)} times faster, least ${number(Math.min(...ratios), 1)}, most ${number(Math.max(...ratios), 1)}`,
    );
}

async function library(paths: readonly string[]): Promise<void> {
  const { opa, version } = await programs();
  const flag = flags.capabilities === undefined ? [] : ['--capabilities', flags.capabilities];
  const assay = join(import.meta.dirname, '../bin/assay');
  const read: Library[] = [];
  const ours: { ms: number; output: string }[] = [];
  const theirs: { ms: number; output: string }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    read.push(await apart<Library>('library'));
    ours.push(await timed(assay, ['opa', 'test', ...paths, ...flag]));
    if (opa) theirs.push(await timed(opa, ['test', ...paths, ...flag]));
  }
  const { files, bytes } = read[0]!;
  const parseMs = median(read.map((one) => one.parseMs));
  const compileMs = median(read.map((one) => one.compileMs));
  const testMs = median(ours.map(({ ms }) => ms));
  const opaMs = opa && median(theirs.map(({ ms }) => ms));
  const summary = (runs: { output: string }[]) => runs[0]?.output.trim().split('\n').slice(-3).join(', ');
  if (flags.json) {
    console.log(JSON.stringify({ files, bytes, parseMs, compileMs, testMs, opaMs }, null, 2));
    return;
  }
  console.log(`${files} files, ${(bytes / 1e6).toFixed(2)} MB`);
  console.log(`parse ${parseMs.toFixed(0)} ms, compile ${compileMs.toFixed(0)} ms, cold`);
  console.log(`assay opa test: ${testMs.toFixed(0)} ms in a cold process (${summary(ours)})`);
  if (typeof opaMs === 'number')
    console.log(`opa test, OPA ${version}: ${opaMs.toFixed(0)} ms (${summary(theirs)})`);
}

if (flags.one !== undefined) {
  const [what, name, size] = flags.one.split('=');
  const wanted = cases().find((one) => one.name === name && one.size === Number(size));
  process.send!(what === 'case' ? measure(wanted!) : measureLibrary(positionals));
} else if (positionals.length > 0) await library(positionals);
else await shapes();
