import { compile, durationText } from '@assay/rego';
import { writeJson } from './json-output.ts';
import { OpaFailure, withOpaErrors } from './opa-error.ts';
import { type PolicyFlags, readPolicy } from './policy-flags.ts';
import { readInput } from './query-input.ts';
import { tableText } from './table.ts';

export interface BenchFlags extends PolicyFlags {
  input?: string;
  stdinInput?: boolean;
  format: 'pretty' | 'json' | 'gobench';
  fail: boolean;
  count: string;
  seconds: string;
}

interface Measurement {
  runs: number;
  nanoseconds: number;
  percentiles: Record<string, number>;
}

/** `opa bench`: evaluates a query again and again and says how long one evaluation takes. */
export function benchCommand(query: string, flags: BenchFlags): Promise<void> {
  return withOpaErrors(1, async () => {
    const { compile: options } = await readPolicy(flags, query);
    const input = readInput(flags);
    const prepared = compile(options).prepare(query, { captureValues: true });
    const settings = input === undefined ? {} : { input };
    if (prepared.run(settings).length === 0 && flags.fail) {
      throw new OpaFailure('undefined result');
    }
    for (let round = 0; round < Math.max(1, Number(flags.count)); round += 1) {
      print(
        query,
        measure(() => prepared.run(settings), Number(flags.seconds)),
        flags.format,
      );
    }
    return 0;
  });
}

/** Runs until the time is over, at least ten times; the first tenth is warming up and does not count. */
function measure(run: () => unknown, seconds: number): Measurement {
  const samples: number[] = [];
  const end = performance.now() + seconds * 1000;
  const warm = performance.now() + seconds * 100;
  while (performance.now() < warm) run();
  while (samples.length < 10 || performance.now() < end) {
    const start = performance.now();
    run();
    samples.push((performance.now() - start) * 1e6);
    if (samples.length >= 1_000_000) break;
  }
  samples.sort((a, b) => a - b);
  const at = (share: number): number => Math.round(samples[Math.floor(share * (samples.length - 1))]!);
  return {
    runs: samples.length,
    nanoseconds: Math.round(samples.reduce((sum, sample) => sum + sample, 0) / samples.length),
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
  { runs, nanoseconds, percentiles }: Measurement,
  format: BenchFlags['format'],
): void {
  if (format === 'json') {
    const histogram = Object.entries(percentiles).map(([name, value]) => [
      `histogram_timer_rego_query_eval_ns_${name}`,
      value,
    ]);
    writeJson({
      N: runs,
      T: runs * nanoseconds,
      Extra: Object.fromEntries(histogram),
      ns_per_op: nanoseconds,
    });
    return;
  }
  if (format === 'gobench') {
    const name = query.replace(/[^A-Za-z0-9]+(.)?/g, (_, next?: string) => (next ?? '').toUpperCase());
    process.stdout.write(
      `Benchmark${name.charAt(0).toUpperCase()}${name.slice(1)}\t${runs}\t${nanoseconds} ns/op\n`,
    );
    return;
  }
  const rows = [
    ['samples', String(runs)],
    ['ns/op', `${nanoseconds} (${durationText(nanoseconds)})`],
    ...Object.entries(percentiles).map(([name, value]) => [`histogram ${name}`, durationText(value)]),
  ];
  process.stdout.write(tableText([], rows));
}
