import type { ListOptions } from '../client/client.ts';
import type { ObjectKey } from '../object.ts';
import { matchesFields, parseFieldSelector } from './field-selector.ts';
import { type Labels, matchesLabels, parseLabelSelector } from './label-selector.ts';

/** What a list or watch is narrowed to, parsed once. */
export interface Selection {
  namespace: string | undefined;
  /** The fields cannot change in an object's life, so they are tested apart from the labels. */
  matchesKey(key: ObjectKey): boolean;
  matchesLabels(labels: Labels): boolean;
  /** True when there is no label selector. */
  anyLabels: boolean;
}

/** Parses the selectors of the options; throws `BadRequest`. */
export function selectionOf(options: ListOptions): Selection {
  const labels = parseLabelSelector(options.labelSelector ?? '');
  const fields = parseFieldSelector(options.fieldSelector ?? '');
  const namespace = options.namespace || undefined;
  return {
    namespace,
    matchesKey: (key) =>
      (namespace === undefined || key.namespace === namespace) && matchesFields(fields, key),
    matchesLabels: (set) => matchesLabels(labels, set),
    anyLabels: labels.length === 0,
  };
}
