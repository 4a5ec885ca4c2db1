import { compile } from '@assay/rego';
import { queryText, surroundings } from './eval.ts';
import { writeJson } from './json-output.ts';
import { OpaFailure, withOpaErrors } from './opa-error.ts';
import { type PolicyFlags, readPolicy } from './policy-flags.ts';
import { readInput } from './query-input.ts';
import { tableText } from './table.ts';

export interface BenchFlags extends PolicyFlags {
  input?: string;
  stdin?: boolean;
  stdinInput?: boolean;
  package?: string;
  import?: string[];
  format: 'pretty' | 'json' | 'gobench';
  fail: boolean;
  metrics: boolean;
  benchmem: boolean;
  count: string;
  seconds: string;
}

interface Measurement {
  runs: number;
  nanoseconds: number;
  percentiles: Record<string, number>;
  /** Bytes that one evaluation takes. */
  bytes: number;
}

/** `opa bench`: evaluates a query again and again and says how long one evaluation takes. */
export function benchCommand(given: string | undefined, flags: BenchFlags): Promise<void> {
  return withOpaErrors(1, async () => {
    const { fail: _, ...rest } = flags;
    const query = queryText(given, rest);
    const { compile: options } = await readPolicy(flags, query);
    const input = readInput(flags);
    const prepared = compile(options).prepare(query, surroundings(flags));
    const settings = input === undefined ? {} : { input };
    if (prepared.run(settings).length === 0 && flags.fail) {
      throw new OpaFailure('undefined result');
    }
    for (let round = 0; round < Math.max(1, Number(flags.count)); round += 1) {
      print(
        query,
        measure(() => prepared.run(settings), Number(flags.seconds)),
        flags,
      );
    }
    return 0;
  });
}

/** Runs until the time is over, at least ten times; the first tenth is warming up and does not count. */
function measure(run: () => unknown, seconds: number): Measurement {
  const samples: number[] = [];
  let bytes = 0;
  let grown = 0;
  const end = performance.now() + seconds * 1000;
  const warm = performance.now() + seconds * 100;
  while (performance.now() < warm) run();
  while (samples.length < 10 || performance.now() < end) {
    const used = process.memoryUsage().heapUsed;
    const start = performance.now();
    run();
    samples.push((performance.now() - start) * 1e6);
    // A collection in between makes the heap shrink; that says nothing of the evaluation.
    const taken = process.memoryUsage().heapUsed - used;
    if (taken >= 0) {
      bytes += taken;
      grown += 1;
    }
    if (samples.length >= 1_000_000) break;
  }
  samples.sort((a, b) => a - b);
  const at = (share: number): number => Math.round(samples[Math.floor(share * (samples.length - 1))]!);
  return {
    runs: samples.length,
    nanoseconds: Math.round(samples.reduce((sum, sample) => sum + sample, 0) / samples.length),
    bytes: grown === 0 ? 0 : Math.round(bytes / grown),
    percentiles: {
      min: at(0),
      median: at(0.5),
      '75%': at(0.75),
      '90%': at(0.9),
      '99%': at(0.99),
      max: at(1),
    },
  };
}

function print(
  query: string,
  { runs, nanoseconds, percentiles, bytes }: Measurement,
  { format, metrics, benchmem }: BenchFlags,
): void {
  if (format === 'json') {
    const histogram = Object.entries(percentiles).map(([name, value]) => [
      `histogram_timer_rego_query_eval_ns_${name}`,
      value,
    ]);
    writeJson({
      N: runs,
      T: runs * nanoseconds,
      ...(benchmem ? { MemBytes: bytes * runs } : {}),
      ...(metrics ? { Extra: Object.fromEntries(histogram) } : {}),
    });
    return;
  }
  if (format === 'gobench') {
    const name = query.replace(/[^A-Za-z0-9]+(.)?/g, (_, next?: string) => (next ?? '').toUpperCase());
    process.stdout.write(
      `Benchmark${name.charAt(0).toUpperCase()}${name.slice(1)}\t${runs}\t${nanoseconds} ns/op${
        benchmem ? `\t${bytes} B/op` : ''
      }\n`,
    );
    return;
  }
  const rows = [
    ['samples', String(runs)],
    ['ns/op', String(nanoseconds)],
    ...(benchmem ? [['B/op', String(bytes)]] : []),
    ...(metrics
      ? Object.entries(percentiles).map(([name, value]) => [
          `histogram_timer_rego_query_eval_ns_${name}`,
          String(value),
        ])
      : []),
  ];
  process.stdout.write(tableText([], rows));
}
