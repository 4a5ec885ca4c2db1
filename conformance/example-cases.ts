import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One example file, as the corpus' table lists it. */
export interface ExampleCase {
  /** Below the corpus' directory. */
  path: string;
  class: string;
  needs: string;
}

/** Reads `tekton-examples.tsv`: `path`, `class` and `needs`, a header line first. */
export function readExampleCases(directory: string): ExampleCase[] {
  const [, ...lines] = readFileSync(join(directory, 'tekton-examples.tsv'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const [path = '', kind = '', needs = ''] = line.split('\t');
    return { path, class: kind, needs };
  });
}
