import type { ListOptions } from '../client/client.ts';
import type { ObjectKey, ResourceType } from '../object.ts';
import { matchesFields, matchesKeyFields, parseFieldSelector } from './field-selector.ts';
import { type Labels, matchesLabels, parseLabelSelector } from './label-selector.ts';

/** What a list or watch is narrowed to, parsed once. */
export interface Selection {
  namespace: string | undefined;
  /** Name and namespace cannot change in an object's life, so they are tested apart from the rest. */
  matchesKey(key: ObjectKey): boolean;
  matchesLabels(labels: Labels): boolean;
  /** The other fields, by the object's JSON text; it is parsed only when some are asked for. */
  matchesBody(body: string): boolean;
  /** True when there is no label selector. */
  anyLabels: boolean;
  /** True when no field but name and namespace is asked for. */
  anyFields: boolean;
}

/** Parses the selectors of the options; throws `BadRequest`, also for fields that the resource cannot be selected by. */
export function selectionOf(options: ListOptions, resource?: ResourceType): Selection {
  const labels = parseLabelSelector(options.labelSelector ?? '');
  const fields = parseFieldSelector(options.fieldSelector ?? '', resource?.selectableFields);
  const namespace = options.namespace || undefined;
  const ofKey = fields.filter(({ key }) => key !== undefined);
  const ofBody = fields.filter(({ key }) => key === undefined);
  return {
    namespace,
    matchesKey: (key) =>
      (namespace === undefined || key.namespace === namespace) && matchesKeyFields(ofKey, key),
    matchesLabels: (set) => matchesLabels(labels, set),
    matchesBody: (body) => ofBody.length === 0 || matchesFields(ofBody, JSON.parse(body)),
    anyLabels: labels.length === 0,
    anyFields: ofBody.length === 0,
  };
}
