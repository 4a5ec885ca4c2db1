/** What the metadata annotations of a rule say about its results. */
export interface RuleInfo {
  /** Package path without `data`, a dot, and the short name. */
  code: string;
  /** The package path without `data`: `release.tasks`. */
  package: string;
  shortName: string;
  kind: 'deny' | 'warn' | 'other';
  title: string;
  description: string;
  solution: string;
  /** RFC 3339, or empty. */
  effectiveOn: string;
  collections: string[];
  dependsOn: string[];
  pipelineIntention: string[];
  documentationUrl: string;
}

/** A result of a rule, as reports show it. */
export interface RuleResult {
  msg: string;
  /** `code`, `term`, `effective_on`, `title`, `severity` and whatever else the policy gave. Of untrusted origin. */
  metadata: Record<string, unknown>;
  /** What the rule printed. */
  outputs?: string[];
}

/** The text values of a result's metadata field: one text, or a list of them. */
export function textsOf(result: RuleResult, field: string): string[] {
  const value = result.metadata[field];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

export function codeOf(result: RuleResult): string {
  const { code } = result.metadata;
  return typeof code === 'string' ? code : '';
}
