import type { Criteria, CriteriaTarget } from '../criteria/criteria.ts';
import type { FilterableRule, Namespace, RuleCatalogue } from './rule-catalogue.ts';

/**
 * How rules are chosen: by include and exclude alone, or by the pipeline's intention first. The second is Conforma's `ec-policy`, which
 * asks of a result only whether its rule is chosen, not for its term or component.
 */
export type FilterType = 'include-exclude' | 'ec-policy';

/** Which rules count for an image. */
export interface RuleChoice {
  criteria: Criteria;
  filterType: FilterType;
  /** `pipeline_intention` of the rule data. */
  intentions: readonly string[];
}

/** `pipeline_intention` of rule data: one text or several. */
export function intentionsOf(ruleData: Record<string, unknown> | undefined): string[] {
  const value = ruleData?.pipeline_intention;
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** The codes of the rules that `ec-policy` chooses for an image. */
export function chosenCodes(
  catalogue: RuleCatalogue,
  choice: RuleChoice,
  target: CriteriaTarget,
): Set<string> {
  const { component: _, ...image } = target;
  return new Set(
    catalogue.filterable
      .filter((rule) => isIntended(rule, choice) && choice.criteria.includes(rule, image))
      .map(({ code }) => code),
  );
}

function isIntended({ pipelineIntention }: FilterableRule, { filterType, intentions }: RuleChoice): boolean {
  if (filterType === 'include-exclude') return true;
  if (intentions.length === 0) return pipelineIntention.length === 0;
  return pipelineIntention.some((intention) => intentions.includes(intention));
}

/**
 * The namespaces worth evaluating for an image: those with a rule that is included, or could be once its term is known. As upstream,
 * packages are told apart by the first part of their rules' codes and a namespace is found by its whole name, so that rules in nested packages are
 * not asked unless nothing at all is included, when every namespace is.
 */
export function namespacesFor(
  catalogue: RuleCatalogue,
  choice: RuleChoice,
  target: CriteriaTarget,
): Namespace[] {
  const { component: _, ...image } = target;
  const packages = new Set<string>();
  for (const rule of catalogue.filterable) {
    if (!isIntended(rule, choice)) continue;
    const included =
      choice.criteria.includes(rule, image) ||
      (choice.filterType === 'include-exclude' && choice.criteria.includesSomeOf(rule, target));
    if (included) packages.add(rule.code.split('.')[0]!);
  }
  if (packages.size === 0) return [...catalogue.namespaces];
  return catalogue.namespaces.filter(({ name }) => packages.has(name));
}

/** Packages with rules that no criteria can reach, since they stand in other packages. */
export function nestedNamespaces({ namespaces }: RuleCatalogue): string[] {
  return namespaces.filter(({ path }) => path.length > 1).map(({ name }) => name);
}
