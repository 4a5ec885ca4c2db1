import { appstudioReport, type Report } from './report.ts';

/** The counts as a table for a pull request's comment. */
export function markdownSummary(report: Report): string {
  const { successes, failures, warnings } = appstudioReport(report);
  const rows: [field: string, value: string | number, good: boolean | undefined][] = [
    ['Time', report.created.toISOString().slice(0, 19).replace('T', ' '), undefined],
    ['Successes', successes, successes > 0 && failures === 0],
    ['Failures', failures, failures === 0],
    ['Warnings', warnings, warnings === 0],
    ['Result', '', report.success],
  ];
  const sign = (good: boolean | undefined) => {
    if (good === undefined) return '';
    return good ? ':white_check_mark:' : ':x:';
  };
  return [
    '| Field     | Value |Status|\n|-----------|-------|-------|\n',
    ...rows.map(([field, value, good]) => `| ${field} | ${value} | ${sign(good)} |\n`),
  ].join('');
}
