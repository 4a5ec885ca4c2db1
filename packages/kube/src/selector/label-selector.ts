import { KubeError } from '../error.ts';

export type Labels = Readonly<Record<string, string>>;

/** One term of a label selector. `values` is empty for `exists` and `absent`. */
export interface LabelRequirement {
  key: string;
  operator: 'in' | 'notin' | 'exists' | 'absent';
  values: string[];
}

const keyPattern = /^(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const valuePattern = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;

function fail(selector: string, why: string): never {
  throw new KubeError('BadRequest', `unable to parse the label selector ${JSON.stringify(selector)}: ${why}`);
}

/** The terms: commas separate them, except inside parentheses. */
function splitTerms(selector: string): string[] {
  const terms: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < selector.length; i++) {
    if (selector[i] === '(') depth++;
    else if (selector[i] === ')') depth--;
    else if (selector[i] === ',' && depth === 0) {
      terms.push(selector.slice(start, i));
      start = i + 1;
    }
  }
  if (depth !== 0) fail(selector, 'the parentheses do not match');
  terms.push(selector.slice(start));
  return terms.map((term) => term.trim());
}

function parseTerm(selector: string, term: string): LabelRequirement {
  const setBased = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(term);
  if (setBased) {
    const values = setBased[3]!.split(',').map((value) => value.trim());
    return { key: setBased[1]!, operator: setBased[2] === 'in' ? 'in' : 'notin', values };
  }
  const equality = /^([^=!\s]+)\s*(==|=|!=)\s*([^=!\s]*)$/.exec(term);
  if (equality) {
    return { key: equality[1]!, operator: equality[2] === '!=' ? 'notin' : 'in', values: [equality[3]!] };
  }
  const existence = /^(!?)\s*([^=!\s()]+)$/.exec(term);
  if (existence)
    return { key: existence[2]!, operator: existence[1] === '!' ? 'absent' : 'exists', values: [] };
  return fail(selector, `${JSON.stringify(term)} is not a requirement`);
}

/**
 * Reads Kubernetes' selector text: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`, joined by commas.
 * The text is the requester's; throws `BadRequest`.
 */
export function parseLabelSelector(selector: string): LabelRequirement[] {
  if (selector.trim() === '') return [];
  return splitTerms(selector).map((term) => {
    const requirement = parseTerm(selector, term);
    if (!keyPattern.test(requirement.key))
      fail(selector, `${JSON.stringify(requirement.key)} is not a label key`);
    for (const value of requirement.values) {
      if (value.length > 63 || !valuePattern.test(value))
        fail(selector, `${JSON.stringify(value)} is not a label value`);
    }
    return requirement;
  });
}

/** True when every requirement holds. As in Kubernetes, `notin` and `!=` hold for an absent key. */
export function matchesLabels(requirements: readonly LabelRequirement[], labels: Labels): boolean {
  return requirements.every(({ key, operator, values }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case 'exists':
        return value !== undefined;
      case 'absent':
        return value === undefined;
      case 'in':
        return value !== undefined && values.includes(value);
      case 'notin':
        return value === undefined || !values.includes(value);
      default:
        return false;
    }
  });
}
