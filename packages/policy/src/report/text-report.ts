import { codeOf, type RuleResult, textsOf } from '../results/rule-info.ts';
import { appstudioReport, type Report, type ReportView } from './report.ts';
import { wrapped } from './word-wrap.ts';

const width = 130;
const indent = '  ';
const docsLink =
  'For more information about policy issues, see the policy documentation: https://conforma.dev/docs/policy/\n';

type Kind = 'Violation' | 'Warning' | 'Success';

const signs: Record<Kind, { mark: string; color: number }> = {
  Violation: { mark: '✕', color: 31 },
  Warning: { mark: '›', color: 33 },
  Success: { mark: '✓', color: 32 },
};

/** One thing judged: an image, or a file. */
export interface TextSubject {
  name: string;
  /** `ImageRef: registry/...`, `FilePath: input.yaml`. */
  label: string;
  violations: RuleResult[];
  warnings: RuleResult[];
  successes: RuleResult[];
}

/** The report for a person at a terminal. */
export function textReport(report: Report, view: ReportView): string {
  const { result, failures, warnings, successes } = appstudioReport(report);
  return subjectsText(
    report.components.map((component) => ({
      ...component,
      label: `ImageRef: ${component.containerImage}`,
    })),
    { success: report.success, result, failures, warnings, successes, headings: ['Component', 'Components'] },
    view,
  );
}

export interface TextTotals {
  success: boolean;
  result: string;
  failures: number;
  warnings: number;
  successes: number;
  /** What one subject, and several, are called. */
  headings: [one: string, several: string];
  /** Its name says all there is in its label. */
  labelIsName?: boolean;
}

/** What a text report has in common, whatever was judged. */
export function subjectsText(subjects: readonly TextSubject[], totals: TextTotals, view: ReportView): string {
  const { failures, warnings, successes } = totals;
  const shown: Kind[] = [];
  if (failures > 0) shown.push('Violation');
  if (warnings > 0 && view.showWarnings) shown.push('Warning');
  if (successes > 0 && view.showSuccesses) shown.push('Success');
  const link = view.showPolicyDocsLink && (failures > 0 || (warnings > 0 && view.showWarnings));
  return [
    `Success: ${totals.success}\nResult: ${totals.result}\n`,
    `Violations: ${failures}, Warnings: ${warnings}, Successes: ${successes}\n`,
    subjectList(subjects, totals),
    shown.length > 0 ? 'Results:\n' : '',
    ...shown.flatMap((kind) => subjects.flatMap((subject) => resultsOf(subject, kind, view))),
    link ? docsLink : '',
  ].join('');
}

function subjectList(subjects: readonly TextSubject[], { headings, labelIsName }: TextTotals): string {
  const [one, several] = headings;
  if (subjects.length <= 1)
    return subjects
      .map(({ name, label }) => `${one}: ${name}\n${labelIsName ? '' : `${label}\n`}\n`)
      .join('');
  const items = subjects.map(
    ({ name, label, violations, warnings, successes }) =>
      `- ${labelIsName ? label : `Name: ${name}\n${indent}${label}`}\n` +
      `${indent}Violations: ${violations.length}, Warnings: ${warnings.length}, Successes: ${successes.length}\n\n`,
  );
  return `${several}:\n${items.join('')}`;
}

function resultsOf(subject: TextSubject, kind: Kind, view: ReportView): string[] {
  const results = { Violation: subject.violations, Warning: subject.warnings, Success: subject.successes }[
    kind
  ];
  return results.map((result) => resultText(result, subject.label, kind, view));
}

function resultText(result: RuleResult, label: string, kind: Kind, view: ReportView): string {
  const { mark, color } = signs[kind];
  const painted = (text: string) => (view.color ? `\u001b[${color}m${text}\u001b[0m` : text);
  const code = codeOf(result);
  const terms = textsOf(result, 'term').filter((term) => term !== '');
  const { title, description, solution } = result.metadata;
  const failed = kind !== 'Success';
  const lines: [name: string, value: unknown][] = [
    ['Reason', failed && result.msg],
    [typeof result.metadata.term === 'string' ? 'Term' : 'Terms', terms.join(', ')],
    ['Title', title],
    ['Description', description],
    ['Solution', failed && solution],
  ];
  return [
    `${painted(mark)} ${painted(`[${kind}]${code === '' ? '' : ` ${code}`}`)}\n`,
    `${indent}${label}\n`,
    ...lines
      .filter(([, value]) => value)
      .map(([name, value]) => `${wrapped(`${name}: ${value}`, width, indent)}\n`),
    '\n',
  ].join('');
}
