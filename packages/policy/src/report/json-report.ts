import type { RuleResult } from '../results/rule-info.ts';
import { timeText } from '../spec/effective-time.ts';
import type { ComponentReport, Report, ReportView } from './report.ts';

/** The report as Conforma's JSON and YAML show it: members in its order, empty lists left out. */
export function reportDocument(report: Report, view: ReportView): Record<string, unknown> {
  return {
    success: report.success,
    ...(report.snapshot !== undefined && report.snapshot !== '' && { snapshot: report.snapshot }),
    components: report.components.map((component) => componentDocument(component, view)),
    key: report.key,
    policy: report.policy,
    'ec-version': report.version,
    'effective-time': timeText(report.effectiveTime),
  };
}

function componentDocument(component: ComponentReport, view: ReportView): Record<string, unknown> {
  const { name, containerImage, source, violations, warnings, successes, success } = component;
  return {
    name,
    containerImage,
    source,
    ...listed('violations', violations.map(resultDocument)),
    ...listed('warnings', view.showWarnings ? warnings.map(resultDocument) : []),
    ...listed('successes', view.showSuccesses ? successes.map(resultDocument) : []),
    success,
    ...listed('signatures', component.signatures),
    ...listed('attestations', component.attestations),
  };
}

function listed(name: string, items: readonly unknown[]): Record<string, unknown> {
  return items.length === 0 ? {} : { [name]: items };
}

/** A result with its metadata in alphabetical order. */
export function resultDocument({ msg, metadata, outputs }: RuleResult): Record<string, unknown> {
  const members = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    msg,
    ...(members.length > 0 && { metadata: Object.fromEntries(members) }),
    ...(outputs && outputs.length > 0 && { outputs }),
  };
}
