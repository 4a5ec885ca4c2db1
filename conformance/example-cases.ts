import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One example file, as the corpus' table lists it. */
export interface ExampleCase {
  /** Below the corpus' directory. */
  path: string;
  class: string;
  needs: string;
  /** What Tekton's webhook says to it; absent for those that it takes, which must succeed. */
  refusal?: RegExp;
}

/**
 * Examples that Tekton itself does not take, as far as its code tells: its own runs leave out `no-ci/`, where they are.
 * `$(results.digest-${i}.path)` names no declared result.
 */
const refusals: Readonly<Record<string, RegExp>> = {
  'v1/pipelineruns/no-ci/compressed-results-pipeline.yaml':
    /^non-existent variable in .*: spec\.steps\[0\]\.script$/,
};

/** Reads `tekton-examples.tsv`: `path`, `class` and `needs`, a header line first. */
export function readExampleCases(directory: string): ExampleCase[] {
  const [, ...lines] = readFileSync(join(directory, 'tekton-examples.tsv'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const [path = '', kind = '', needs = ''] = line.split('\t');
    const refusal = refusals[path];
    return { path, class: kind, needs, ...(refusal && { refusal }) };
  });
}
