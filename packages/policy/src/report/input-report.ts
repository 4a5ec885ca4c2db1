import { stringify } from 'yaml';
import type { RuleResult } from '../results/rule-info.ts';
import { timeText } from '../spec/effective-time.ts';
import type { PolicySpec } from '../spec/policy-spec.ts';
import { resultDocument } from './json-report.ts';
import { condensed, type ReportView } from './report.ts';
import { subjectsText } from './text-report.ts';

/** What was found about one file. */
export interface FileReport {
  path: string;
  violations: RuleResult[];
  warnings: RuleResult[];
  successes: RuleResult[];
  success: boolean;
}

/** A verdict over files, in Conforma's shape. */
export interface InputReport {
  success: boolean;
  files: FileReport[];
  policy: PolicySpec;
  version: string;
  effectiveTime: Date;
  diagnostics: string[];
}

const writers = {
  json: (report: InputReport, view: ReportView) => JSON.stringify(documentOf(report, view)),
  yaml: (report: InputReport, view: ReportView) => stringify(documentOf(report, view), { lineWidth: 0 }),
  text: textOf,
  summary: (report: InputReport, view: ReportView) => JSON.stringify(summaryOf(report, view)),
};

export type InputReportFormat = keyof typeof writers;

/** The report in a format, ending with a newline. */
export function formatInputReport(report: InputReport, format: InputReportFormat, view: ReportView): string {
  const text = writers[format](report, view);
  return text.endsWith('\n') ? text : `${text}\n`;
}

/** Empty lists are kept; successes that are not shown are null. */
function documentOf(report: InputReport, view: ReportView): Record<string, unknown> {
  return {
    success: report.success,
    filepaths: report.files.map(({ path, violations, warnings, successes, success }) => ({
      filepath: path,
      violations: violations.map(resultDocument),
      warnings: view.showWarnings ? warnings.map(resultDocument) : [],
      successes: view.showSuccesses ? successes.map(resultDocument) : null,
      success,
      'success-count': successes.length,
    })),
    policy: report.policy,
    'ec-version': report.version,
    'effective-time': timeText(report.effectiveTime),
  };
}

function summaryOf(report: InputReport, view: ReportView): Record<string, unknown> {
  return {
    filepaths: report.files.map(({ path, violations, warnings, successes, success }) => ({
      name: path,
      success,
      violations: condensed(violations),
      warnings: condensed(warnings),
      successes: view.showSuccesses ? condensed(successes) : {},
      total_violations: violations.length,
      total_warnings: warnings.length,
      total_successes: successes.length,
    })),
    success: report.success,
    key: '',
  };
}

function textOf(report: InputReport, view: ReportView): string {
  const count = (field: 'violations' | 'warnings' | 'successes') =>
    report.files.reduce((sum, file) => sum + file[field].length, 0);
  const [failures, warnings, successes] = [count('violations'), count('warnings'), count('successes')];
  const passed = warnings > 0 ? 'WARNING' : 'SUCCESS';
  return subjectsText(
    report.files.map((file) => ({ ...file, name: file.path, label: `FilePath: ${file.path}` })),
    {
      success: report.success,
      result: failures > 0 ? 'FAILURE' : passed,
      failures,
      warnings,
      successes,
      headings: ['Input File', 'Input Files'],
      labelIsName: true,
    },
    view,
  );
}
