import { stringify } from 'yaml';
import { reportDocument } from './json-report.ts';
import { junitReport } from './junit-report.ts';
import { markdownSummary } from './markdown-report.ts';
import { appstudioReport, type Report, type ReportView, reportSummary } from './report.ts';
import { textReport } from './text-report.ts';

const writers = {
  json: (report: Report, view: ReportView) => JSON.stringify(reportDocument(report, view)),
  yaml: (report: Report, view: ReportView) => stringify(reportDocument(report, view), { lineWidth: 0 }),
  text: textReport,
  appstudio: (report: Report) => JSON.stringify(appstudioReport(report)),
  summary: (report: Report, view: ReportView) => JSON.stringify(reportSummary(report, view)),
  'summary-markdown': markdownSummary,
  junit: junitReport,
  attestation: (report: Report) => report.statements.map((statement) => JSON.stringify(statement)).join('\n'),
  'policy-input': (report: Report) => report.policyInputs.map((input) => JSON.stringify(input)).join('\n'),
} satisfies Record<string, (report: Report, view: ReportView) => string>;

export type ReportFormat = keyof typeof writers;

/** `vsa` is made elsewhere: it is a statement about the report, not a form of it. */
export const reportFormats = Object.keys(writers) as ReportFormat[];

/** The report in a format, ending with a newline. */
export function formatReport(report: Report, format: ReportFormat, view: ReportView): string {
  const text = writers[format](report, view);
  return text.endsWith('\n') ? text : `${text}\n`;
}
