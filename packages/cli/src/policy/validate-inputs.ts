import { formatInputReport, type InputReportFormat, judgeFiles, loadPolicy } from '@assay/policy';
import { inputReportFormats, type ValidateInputFlags } from '../commands/validate/input.ts';
import { CliError } from '../error.ts';
import { openHome } from '../home.ts';
import { writeOutput } from './output-target.ts';
import { printDiagnostics } from './print-diagnostics.ts';
import { readTextArgument } from './read-text.ts';
import { exitWithVerdict } from './verdict-exit.ts';
import { extraRuleData, judgeOptions, openPolicyWorkplace, readPolicy } from './workplace.ts';
import { outputTargets, viewOf } from './write-reports.ts';

/**
 * Judges the documents of a command line, and writes the reports it asks for.
 * @throws CliError, PolicyError when there is no verdict
 */
export async function validateInputs(paths: readonly string[], flags: ValidateInputFlags): Promise<void> {
  if (paths.length === 0) {
    throw new CliError('Usage', 'no file is given', {
      hint: 'name JSON or YAML files, or - for standard input',
    });
  }
  const targets = outputTargets(flags, inputReportFormats);
  const now = new Date();
  const place = await openPolicyWorkplace(openHome(), flags.retryMaxRetry);
  try {
    const ruleData = extraRuleData(flags);
    const loaded = await loadPolicy({
      policy: await readPolicy(flags, place),
      store: place.store,
      loader: place.loader,
      ...(ruleData && { extraRuleData: ruleData }),
    });
    const files = paths.map((path) => ({ path, text: readTextArgument(path, 'input').text }));
    const report = await judgeFiles(loaded, { ...judgeOptions(flags, now), files });
    for (const target of targets) {
      const view = viewOf(flags, target);
      writeOutput(formatInputReport(report, target.format as InputReportFormat, view), target);
    }
    printDiagnostics(report.diagnostics);
    exitWithVerdict(report.success, flags);
  } finally {
    place.close();
  }
}
