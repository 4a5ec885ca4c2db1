import type { ContainerStatus, Pod } from '../core/pod.ts';
import type { PrinterColumn } from '../object.ts';
import { ageColumn } from './age-column.ts';

/** Why a pod is where it is, from the container that says most, as kubectl shows it. */
function podStatus(pod: Pod): string {
  const { status = {}, metadata, spec } = pod;
  let reason = status.reason || status.phase || '';
  const initStatuses = status.initContainerStatuses ?? [];
  const initializing = initStatuses.findIndex(
    (container) => !(container.state?.terminated && container.state.terminated.exitCode === 0),
  );
  const starting = initStatuses[initializing];
  if (starting) {
    reason = `Init:${initializing}/${spec?.initContainers?.length ?? initStatuses.length}`;
    const told = stateReason(starting);
    if (told && told !== 'PodInitializing') reason = `Init:${told}`;
  } else {
    let running = false;
    for (const container of [...(status.containerStatuses ?? [])].reverse()) {
      const told = stateReason(container);
      if (told) reason = told;
      else if (container.ready && container.state?.running) running = true;
    }
    if (reason === 'Completed' && running) reason = 'Running';
  }
  return metadata.deletionTimestamp ? 'Terminating' : reason;
}

function stateReason({ state }: ContainerStatus): string | undefined {
  if (state?.waiting?.reason) return state.waiting.reason;
  const ended = state?.terminated;
  if (!ended) return undefined;
  if (ended.reason) return ended.reason;
  return ended.signal ? `Signal:${ended.signal}` : `ExitCode:${ended.exitCode}`;
}

function ready({ spec, status }: Pod): string {
  const containers = status?.containerStatuses ?? [];
  const total = spec?.containers?.length ?? containers.length;
  return `${containers.filter((container) => container.ready && container.state?.running).length}/${total}`;
}

const none = '<none>';

/** The columns of `kubectl get pods`. */
export const podColumns: readonly PrinterColumn[] = [
  { name: 'Ready', type: 'string', cell: (object) => ready(object as Pod) },
  { name: 'Status', type: 'string', cell: (object) => podStatus(object as Pod) },
  {
    name: 'Restarts',
    type: 'string',
    cell: (object) =>
      String(
        ((object as Pod).status?.containerStatuses ?? []).reduce(
          (sum, container) => sum + (container.restartCount ?? 0),
          0,
        ),
      ),
  },
  ageColumn,
  { name: 'IP', type: 'string', priority: 1, cell: (object) => (object as Pod).status?.podIP || none },
  { name: 'Node', type: 'string', priority: 1, cell: (object) => (object as Pod).spec?.nodeName || none },
  { name: 'Nominated Node', type: 'string', priority: 1, cell: () => none },
  { name: 'Readiness Gates', type: 'string', priority: 1, cell: () => none },
];
