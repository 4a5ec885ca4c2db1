import { formatReport, type Report, type ReportFormat, type ReportView } from '@assay/policy';
import type { ViewFlags } from './flags/view-flags.ts';
import { type OutputTarget, parseOutputTarget, writeOutput } from './output-target.ts';

/** Where reports go: standard output as text, unless said otherwise. @throws CliError Usage */
export function outputTargets(flags: ViewFlags, formats: readonly string[]): OutputTarget[] {
  const targets = (flags.output ?? []).map((text) => parseOutputTarget(text, formats));
  if (flags.outputFile) targets.push({ format: 'json', path: flags.outputFile });
  return targets.length > 0 ? targets : [{ format: 'text' }];
}

export function viewOf(flags: ViewFlags, target: OutputTarget): ReportView {
  const piped = !process.stdout.isTTY || process.env.NO_COLOR !== undefined || target.path !== undefined;
  return {
    showSuccesses: target.showSuccesses ?? flags.showSuccesses,
    showWarnings: target.showWarnings ?? flags.showWarnings,
    showPolicyDocsLink: flags.showPolicyDocsLink,
    color: flags.color ?? !piped,
  };
}

/** Writes a report wherever it should go. `others` makes the formats that are no form of the report itself. */
export function writeReports(
  report: Report,
  targets: readonly OutputTarget[],
  flags: ViewFlags,
  others: Record<string, () => string> = {},
): void {
  for (const target of targets) {
    const other = others[target.format];
    writeOutput(
      other ? other() : formatReport(report, target.format as ReportFormat, viewOf(flags, target)),
      target,
    );
  }
}
