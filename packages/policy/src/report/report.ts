import type { Explanation } from '../explain/explanation.ts';
import { codeOf, type RuleResult } from '../results/rule-info.ts';
import type { PolicySpec } from '../spec/policy-spec.ts';

/** A signature as reports list it. */
export interface EntitySignature {
  keyid: string;
  sig: string;
  certificate?: string;
  chain?: string[];
  metadata?: Record<string, string>;
}

export interface AttestationSummary {
  type: string;
  predicateType: string;
  predicateBuildType?: string;
  signatures?: EntitySignature[];
}

/** What was found about one image. */
export interface ComponentReport {
  name: string;
  /** By digest. */
  containerImage: string;
  /** Where it was built from, as the snapshot says. */
  source: Record<string, unknown>;
  violations: RuleResult[];
  warnings: RuleResult[];
  /** All of them; whether they are listed is the reader's choice. */
  successes: RuleResult[];
  success: boolean;
  signatures: EntitySignature[];
  attestations: AttestationSummary[];
  /** Digests of what the verdict rests on; not shown in reports. */
  evidence?: string[];
  /** Of each violation what to do; not shown in reports. */
  explanations?: Explanation[];
}

/** A verdict over images, in Conforma's shape. */
export interface Report {
  success: boolean;
  snapshot?: string;
  components: ComponentReport[];
  /** PEM of the key that signatures were checked by; empty in keyless mode. */
  key: string;
  /** With its sources pinned to what was fetched. */
  policy: PolicySpec;
  version: string;
  effectiveTime: Date;
  created: Date;
  /** Each component's input document, in order. */
  policyInputs: unknown[];
  /** The signed statements, in order. */
  statements: unknown[];
  /** What its reader should know beside the verdict: rules that gave no results, criteria that could not be read. */
  diagnostics?: string[];
}

/** What a reader wants to see of a report. */
export interface ReportView {
  showSuccesses: boolean;
  showWarnings: boolean;
  showPolicyDocsLink: boolean;
  color: boolean;
}

export type AppstudioResult = 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'ERROR';

/** A Konflux test's `TEST_OUTPUT`. */
export interface AppstudioReport {
  /** Seconds since 1970. */
  timestamp: string;
  namespace: string;
  successes: number;
  failures: number;
  warnings: number;
  result: AppstudioResult;
  note?: string;
}

export function appstudioReport(report: Report): AppstudioReport {
  const count = (field: 'successes' | 'violations' | 'warnings') =>
    report.components.reduce((sum, component) => sum + component[field].length, 0);
  const counts = {
    successes: count('successes'),
    failures: count('violations'),
    warnings: count('warnings'),
  };
  return {
    timestamp: String(Math.floor(report.created.getTime() / 1000)),
    namespace: '',
    ...counts,
    result: appstudioResult(
      counts,
      report.components.some((component) => !component.success),
    ),
  };
}

/** The form of a run that could not decide. */
export function appstudioError(prefix: string, message: string, now: Date): AppstudioReport {
  return {
    timestamp: String(Math.floor(now.getTime() / 1000)),
    namespace: '',
    successes: 0,
    failures: 0,
    warnings: 0,
    result: 'ERROR',
    note: `Error: ${prefix}: ${message}`,
  };
}

function appstudioResult(
  counts: { successes: number; failures: number; warnings: number },
  failed: boolean,
): AppstudioResult {
  if (counts.failures > 0 || failed) return 'FAILURE';
  if (counts.warnings > 0) return 'WARNING';
  return counts.successes === 0 ? 'SKIPPED' : 'SUCCESS';
}

export interface ComponentSummary {
  name: string;
  success: boolean;
  violations: Record<string, string[]>;
  warnings: Record<string, string[]>;
  successes: Record<string, string[]>;
  total_violations: number;
  total_warnings: number;
  total_successes: number;
}

export interface ReportSummary {
  snapshot?: string;
  components: ComponentSummary[];
  success: boolean;
  key: string;
}

/** The first message of each code, and how many more there are. */
export function reportSummary(report: Report, view: ReportView): ReportSummary {
  return {
    ...(report.snapshot !== undefined && { snapshot: report.snapshot }),
    components: report.components.map((component) => ({
      name: component.name,
      success: component.success,
      violations: condensed(component.violations),
      warnings: condensed(component.warnings),
      successes: view.showSuccesses ? condensed(component.successes) : {},
      total_violations: component.violations.length,
      total_warnings: component.warnings.length,
      total_successes: component.successes.length,
    })),
    success: report.success,
    key: report.key,
  };
}

/** The first message of each code, and how many more there are. */
export function condensed(results: readonly RuleResult[]): Record<string, string[]> {
  const byCode = Map.groupBy(
    results.filter((result) => codeOf(result) !== ''),
    codeOf,
  );
  const entries = Array.from(byCode, ([code, [first, ...more]]): [string, string[]] => [
    code,
    more.length === 0 ? [first!.msg] : [first!.msg, `There are ${more.length} more "${code}" messages`],
  ]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
