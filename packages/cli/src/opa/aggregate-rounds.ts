import type { LineProfile } from '@assay/rego';
import type { Output } from './eval-output.ts';

/** How values are spread, under the names that OPA gives its histograms. */
export type Statistics = Record<string, number>;

/** A line of a profile over several rounds. */
export interface LineProfileRounds extends Omit<LineProfile, 'total_time_ns'> {
  total_time_ns_stats: Statistics;
}

/** What several rounds of one evaluation print: the first one's result, and the spread of metrics and profiles over all. */
export function aggregateRounds(rounds: readonly Output[]): Output {
  const [first] = rounds as readonly [Output];
  if (rounds.length === 1) return first;
  const { metrics, profile, ...rest } = first;
  return {
    ...rest,
    ...(metrics ? { aggregatedMetrics: aggregateMetrics(rounds) } : {}),
    ...(profile ? { aggregatedProfile: aggregateProfiles(rounds) } : {}),
  };
}

function aggregateMetrics(rounds: readonly Output[]): Record<string, Statistics> {
  const names = Object.keys(rounds[0]!.metrics!);
  return Object.fromEntries(
    names.map((name) => [name, statistics(rounds.map(({ metrics }) => metrics![name] ?? 0))]),
  );
}

/** The lines of the first round, with their times in all rounds that have them. */
function aggregateProfiles(rounds: readonly Output[]): LineProfileRounds[] {
  const place = ({ location: { file, row } }: LineProfile): string => `${file}:${row}`;
  return rounds[0]!.profile!.map(({ total_time_ns: _, ...line }, index) => {
    const wanted = place(rounds[0]!.profile![index]!);
    const times = rounds.flatMap(({ profile = [] }) =>
      profile.filter((other) => place(other) === wanted).map((other) => other.total_time_ns),
    );
    return { ...line, total_time_ns_stats: statistics(times) };
  });
}

/** Percentiles are interpolated between the two nearest values. */
export function statistics(values: readonly number[]): Statistics {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => {
    const position = share * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(position)]!, sorted[Math.ceil(position)]!];
    return low + (high - low) * (position - Math.floor(position));
  };
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sorted.length;
  return {
    '75%': at(0.75),
    '90%': at(0.9),
    '95%': at(0.95),
    '99%': at(0.99),
    '99.9%': at(0.999),
    '99.99%': at(0.9999),
    count: sorted.length,
    max: at(1),
    mean,
    median: at(0.5),
    min: at(0),
    stddev: Math.sqrt(variance),
  };
}
