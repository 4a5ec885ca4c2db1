import type { Release, ReleaseViolation } from '@assay/release';
import { printable, styleFor } from '../terminal/style.ts';

/** Prints how a Release ended, for a person: where the images are, or which rule refused what and how to fix it. */
export function printRelease({ metadata, status }: Release): void {
  const style = styleFor(process.stdout);
  const lines: string[] = [];
  const { images = [], verdict, targets = [] } = status?.artifacts ?? {};
  const released = status?.conditions?.find(({ type }) => type === 'Released');
  if (released?.status === 'True') {
    lines.push(`${style('green', '✔')} released by ${status?.attribution?.author}`);
    for (const { name, urls } of images)
      for (const url of urls) lines.push(`  ${printable(name)}  ${printable(url)}`);
  } else if (verdict?.violations) {
    lines.push(`${style('red', '✖')} ${metadata.name} is refused`);
    for (const [component, violations] of byComponent(verdict.violations)) {
      lines.push(
        `  component ${style('bold', printable(component))}  ${style('dim', printable(violations[0]!.image))}`,
      );
      for (const violation of violations) lines.push(...describe(violation, style));
    }
    lines.push(`  nothing was written to ${targets.map(printable).join(', ')}`);
  } else {
    const failures = (status?.conditions ?? []).filter(
      ({ status: held, message }) => held === 'False' && message,
    );
    const failed = failures.find(({ type }) => type !== 'Released') ?? failures[0];
    lines.push(`${style('red', '✖')} ${metadata.name}: ${printable(failed?.message ?? 'it did not end')}`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

function byComponent(violations: readonly ReleaseViolation[]): Map<string, ReleaseViolation[]> {
  return Map.groupBy(violations, ({ component }) => component);
}

function describe(
  { code, message, solution }: ReleaseViolation,
  style: ReturnType<typeof styleFor>,
): string[] {
  const lines = [`    ${style('red', '✖')} ${printable(code)}: ${printable(message)}`];
  if (solution !== undefined) lines.push(`      ${style('cyan', 'to fix')} ${printable(solution)}`);
  return lines;
}
