import type { ComponentReport, Explanation } from '@assay/policy';
import { printable, styleFor } from '../terminal/style.ts';

/** Tells on standard error of each violation where it lies and what to change; the same thing once for all images. */
export function printExplanations(components: readonly ComponentReport[]): void {
  const style = styleFor(process.stderr);
  const seen = new Set<string>();
  for (const { containerImage, explanations = [] } of components) {
    for (const explanation of explanations) {
      const { code, place, advice } = explanation;
      const key = JSON.stringify([code, place, advice]);
      if (seen.has(key)) continue;
      seen.add(key);
      const where = place ?? containerImage;
      process.stderr.write(
        `${style('cyan', 'hint:')} ${printable(`${code === '' ? '' : `${code}: `}${where}`)}\n      ${printable(advice)}\n`,
      );
    }
  }
}

/** Every change that the violations ask for, each once. */
export function changesOf(components: readonly ComponentReport[]): NonNullable<Explanation['change']>[] {
  const changes = components
    .flatMap(({ explanations = [] }) => explanations)
    .flatMap(({ change }) => (change ? [change] : []));
  return [...new Map(changes.map((change) => [`${change.from} ${change.to}`, change])).values()];
}
