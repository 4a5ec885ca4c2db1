import type { KubeObject, ResourceType } from '../object.ts';
import { kindOf } from '../schema/metadata-schema.ts';
import { int32, object, text, time } from '../schema/schema-shorthand.ts';
import { eventColumns } from '../table/event-columns.ts';

/** A pointer to any object, as `involvedObject` has it. */
export interface ObjectReference {
  apiVersion?: string;
  kind?: string;
  namespace?: string;
  name?: string;
  uid?: string;
  resourceVersion?: string;
  fieldPath?: string;
}

/** `v1` Event: something worth telling about another object. */
export interface CoreEvent extends KubeObject {
  involvedObject: ObjectReference;
  reason?: string;
  message?: string;
  type?: 'Normal' | 'Warning';
  count?: number;
  firstTimestamp?: string;
  lastTimestamp?: string;
  eventTime?: string;
  source?: { component?: string; host?: string };
  reportingComponent?: string;
  reportingInstance?: string;
}

const objectReference = object({
  apiVersion: text,
  kind: text,
  namespace: text,
  name: text,
  uid: text,
  resourceVersion: text,
  fieldPath: text,
});

export const Events: ResourceType<CoreEvent> = {
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
  hasStatus: false,
  shortNames: ['ev'],
  strategicMerge: true,
  selectableFields: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  schema: kindOf(
    'io.k8s.api.core.v1.Event',
    'Event is something worth telling about another object.',
    {
      involvedObject: objectReference,
      related: objectReference,
      reason: text,
      message: text,
      type: text,
      count: int32,
      action: text,
      firstTimestamp: time,
      lastTimestamp: time,
      eventTime: time,
      series: object({ count: int32, lastObservedTime: time }),
      source: object({ component: text, host: text }),
      reportingComponent: text,
      reportingInstance: text,
    },
    ['metadata', 'involvedObject'],
  ),
  columns: eventColumns,
};
