import { type AccessRequest, isPathRequest } from '../access/access-request.ts';
import type { PolicyRule } from './rbac-resources.ts';

/** True when the rule permits the request (Kubernetes' RBAC, "Role and ClusterRole"). */
export function ruleAllows(rule: PolicyRule, request: AccessRequest): boolean {
  if (!matches(rule.verbs, request.verb)) return false;
  if (isPathRequest(request))
    return (rule.nonResourceURLs ?? []).some((url) => matchesUrl(url, request.path));
  const { group, resource, subresource, name = '' } = request;
  const names = rule.resourceNames ?? [];
  return (
    matches(rule.apiGroups, group) &&
    matchesResource(rule.resources ?? [], resource, subresource) &&
    (names.length === 0 || names.includes(name))
  );
}

function matches(allowed: readonly string[] | undefined, wanted: string): boolean {
  return allowed?.some((one) => one === '*' || one === wanted) ?? false;
}

function matchesUrl(pattern: string, path: string): boolean {
  return pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)));
}

function matchesResource(allowed: readonly string[], resource: string, subresource = ''): boolean {
  const wanted = subresource === '' ? resource : `${resource}/${subresource}`;
  return allowed.some(
    (one) => one === '*' || one === wanted || (subresource !== '' && one === `*/${subresource}`),
  );
}

/** A rule for one verb on one thing. */
function* simpleRules(rule: PolicyRule): Generator<PolicyRule> {
  for (const verb of rule.verbs) {
    for (const url of rule.nonResourceURLs ?? []) yield { verbs: [verb], nonResourceURLs: [url] };
    for (const group of rule.apiGroups ?? []) {
      for (const resource of rule.resources ?? []) {
        const base = { verbs: [verb], apiGroups: [group], resources: [resource] };
        if (!rule.resourceNames?.length) yield base;
        for (const name of rule.resourceNames ?? []) yield { ...base, resourceNames: [name] };
      }
    }
  }
}

/** True when `owned` permits everything that `rule`, a simple one, does. */
function covers(owned: PolicyRule, rule: PolicyRule): boolean {
  const has = (all: readonly string[] | undefined, one: string) =>
    (all?.includes('*') || all?.includes(one)) ?? false;
  if (!has(owned.verbs, rule.verbs[0]!)) return false;
  const [url] = rule.nonResourceURLs ?? [];
  if (url !== undefined) return (owned.nonResourceURLs ?? []).some((pattern) => matchesUrl(pattern, url));
  const [name] = rule.resourceNames ?? [];
  const [resource, subresource] = splitResource(rule.resources![0]!);
  const ofResource =
    resource === '*' && subresource === undefined
      ? (owned.resources?.includes('*') ?? false)
      : matchesResource(owned.resources ?? [], resource, subresource);
  return (
    has(owned.apiGroups, rule.apiGroups![0]!) &&
    ofResource &&
    (!owned.resourceNames?.length || (name !== undefined && owned.resourceNames.includes(name)))
  );
}

function splitResource(text: string): [resource: string, subresource: string | undefined] {
  const slash = text.indexOf('/');
  return slash < 0 ? [text, undefined] : [text.slice(0, slash), text.slice(slash + 1)];
}

/** What of the wanted rules, taken apart, no owned rule covers. */
export function uncoveredRules(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted
    .flatMap((rule) => [...simpleRules(rule)])
    .filter((rule) => !owned.some((one) => covers(one, rule)));
}

/** A rule as Kubernetes writes it in messages. */
export function describeRule(rule: PolicyRule): string {
  const quote = (values: readonly string[]) => `[${values.map((value) => JSON.stringify(value)).join(' ')}]`;
  const parts = (
    [
      ['APIGroups', rule.apiGroups],
      ['Resources', rule.resources],
      ['NonResourceURLs', rule.nonResourceURLs],
      ['ResourceNames', rule.resourceNames],
      ['Verbs', rule.verbs],
    ] as const
  ).flatMap(([name, values]) => (values?.length ? [`${name}:${quote(values)}`] : []));
  return `{${parts.join(', ')}}`;
}

/** Rules for the same things brought together, for messages and reviews. */
export function compactRules(rules: readonly PolicyRule[]): PolicyRule[] {
  const byTarget = new Map<string, PolicyRule>();
  for (const { verbs, ...target } of rules) {
    const key = JSON.stringify(target, Object.keys(target).sort());
    const known = byTarget.get(key);
    if (known) known.verbs = [...new Set([...known.verbs, ...verbs])];
    else byTarget.set(key, { verbs: [...verbs], ...target });
  }
  return [...byTarget.values()];
}
