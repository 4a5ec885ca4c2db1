import type { CoreEvent } from '../core/event.ts';
import type { KubeObject, PrinterColumn } from '../object.ts';
import { ago } from './human-duration.ts';

function firstSeen(event: CoreEvent): string | undefined {
  return event.firstTimestamp ?? event.eventTime;
}

function lastSeen(event: CoreEvent, now: number): string {
  const first = firstSeen(event);
  const last = event.lastTimestamp ?? first;
  if ((event.count ?? 1) > 1) return `${ago(last, now)} (x${event.count} over ${ago(first, now)})`;
  return ago(last, now);
}

function text(name: string, cell: (event: CoreEvent, now: number) => string, priority = 0): PrinterColumn {
  return {
    name,
    type: 'string',
    priority,
    cell: (object: KubeObject, now) => cell(object as CoreEvent, now),
  };
}

/** The columns of `kubectl get events`, in which the name comes last. */
export const eventColumns: readonly PrinterColumn[] = [
  text('Last Seen', lastSeen),
  text('Type', (event) => event.type ?? ''),
  text('Reason', (event) => event.reason ?? ''),
  text('Object', ({ involvedObject: { kind = '', name = '' } = {} }) => `${kind.toLowerCase()}/${name}`),
  text('Subobject', (event) => event.involvedObject?.fieldPath ?? '', 1),
  text(
    'Source',
    ({ source, reportingComponent, reportingInstance }) =>
      [source?.component ?? reportingComponent, source?.host ?? reportingInstance].filter(Boolean).join(', '),
    1,
  ),
  text('Message', (event) => (event.message ?? '').trim()),
  text('First Seen', (event, now) => ago(firstSeen(event), now), 1),
  { name: 'Count', type: 'integer', priority: 1, cell: (object) => (object as CoreEvent).count ?? 1 },
  { name: 'Name', type: 'string', format: 'name', priority: 1, jsonPath: '.metadata.name' },
];
