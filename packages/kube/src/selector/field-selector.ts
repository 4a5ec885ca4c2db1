import { KubeError } from '../error.ts';
import type { ObjectKey } from '../object.ts';

/** One term of a field selector. */
export interface FieldRequirement {
  /** `metadata.name`, `spec.nodeName`. */
  field: string;
  /** The part of the object's key that the field is, if it is one. */
  key: keyof ObjectKey | undefined;
  equal: boolean;
  value: string;
}

const keys: Record<string, keyof ObjectKey> = {
  'metadata.name': 'name',
  'metadata.namespace': 'namespace',
};

/** Commas separate terms; a backslash takes the next character as it is. */
function splitTerms(selector: string): string[] {
  return selector.match(/(?:\\.|[^,\\])+/gs) ?? [];
}

/**
 * Reads `metadata.name=x,spec.nodeName!=y`. The text is the requester's; throws `BadRequest`, also for a field that is neither
 * the name, the namespace nor one of `others`, as Kubernetes does.
 */
export function parseFieldSelector(selector: string, others: readonly string[] = []): FieldRequirement[] {
  if (selector.trim() === '') return [];
  return splitTerms(selector).map((term) => {
    const match = /^\s*([^=!\s]+)\s*(==|=|!=)\s*((?:\\.|[^=!\\])*?)\s*$/s.exec(term);
    if (!match) {
      throw new KubeError(
        'BadRequest',
        `invalid field selector ${JSON.stringify(selector)}: can't understand ${JSON.stringify(term)}`,
      );
    }
    const field = match[1]!;
    const key = Object.hasOwn(keys, field) ? keys[field] : undefined;
    if (!key && !others.includes(field)) {
      throw new KubeError('BadRequest', `field label not supported: ${field}`, {
        hint: `select by ${[...Object.keys(keys), ...others].join(', ')}`,
      });
    }
    return { field, key, equal: match[2] !== '!=', value: match[3]!.replace(/\\(.)/gs, '$1') };
  });
}

/** True when every requirement on the key holds. */
export function matchesKeyFields(requirements: readonly FieldRequirement[], of: ObjectKey): boolean {
  return requirements.every(({ key, equal, value }) => key === undefined || (of[key] === value) === equal);
}

/** True when every requirement holds of the object; an absent field is empty text. */
export function matchesFields(requirements: readonly FieldRequirement[], object: unknown): boolean {
  return requirements.every(({ field, equal, value }) => (fieldText(object, field) === value) === equal);
}

function fieldText(object: unknown, field: string): string {
  let value: unknown = object;
  for (const part of field.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return '';
    value = (value as Record<string, unknown>)[part];
  }
  // Kubernetes selects events by the component of their source.
  if (field === 'source') value = (value as { component?: unknown } | null)?.component;
  return value === undefined || value === null ? '' : String(value);
}
