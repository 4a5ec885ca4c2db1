import { KubeError } from '../error.ts';
import type { ObjectKey } from '../object.ts';

/** One term of a field selector. */
export interface FieldRequirement {
  field: 'name' | 'namespace';
  equal: boolean;
  value: string;
}

const fields: Record<string, FieldRequirement['field']> = {
  'metadata.name': 'name',
  'metadata.namespace': 'namespace',
};

/**
 * Reads `metadata.name=x,metadata.namespace!=y`. The text is the requester's; throws `BadRequest`, also for any
 * other field, as Kubernetes does for custom resources.
 */
export function parseFieldSelector(selector: string): FieldRequirement[] {
  if (selector.trim() === '') return [];
  return selector.split(',').map((term) => {
    const match = /^\s*([^=!\s]+)\s*(==|=|!=)\s*([^=!\s]*)\s*$/.exec(term);
    if (!match) {
      throw new KubeError(
        'BadRequest',
        `invalid field selector ${JSON.stringify(selector)}: can't understand ${JSON.stringify(term)}`,
      );
    }
    const field = Object.hasOwn(fields, match[1]!) ? fields[match[1]!] : undefined;
    if (!field) {
      throw new KubeError('BadRequest', `field label not supported: ${match[1]}`, {
        hint: 'select by metadata.name or metadata.namespace',
      });
    }
    return { field, equal: match[2] !== '!=', value: match[3]! };
  });
}

/** True when every requirement holds. */
export function matchesFields(requirements: readonly FieldRequirement[], key: ObjectKey): boolean {
  return requirements.every(({ field, equal, value }) => (key[field] === value) === equal);
}
