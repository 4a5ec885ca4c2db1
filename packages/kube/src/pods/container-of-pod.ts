import type { ContainerStatus, Pod } from '../core/pod.ts';
import { KubeError } from '../error.ts';

/** The container that a request for a pod means; the name is the requester's. @throws KubeError BadRequest */
export function containerOfPod(pod: Pod, asked: string): string {
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  const names = [...initContainers, ...containers].map(({ name }) => name);
  const podName = pod.metadata.name;
  if (asked !== '') {
    if (names.includes(asked)) return asked;
    throw new KubeError('BadRequest', `container ${asked} is not valid for pod ${podName}`);
  }
  const [only, another] = containers;
  if (only && !another) return only.name;
  const choice = names.length > 0 ? `, choose one of: [${names.join(' ')}]` : '';
  throw new KubeError('BadRequest', `a container name must be specified for pod ${podName}${choice}`);
}

function statusOfContainer({ status }: Pod, container: string): ContainerStatus | undefined {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].find(
    ({ name }) => name === container,
  );
}

/** True when the container writes no more. */
export function hasEnded(pod: Pod, container: string): boolean {
  const { phase } = pod.status ?? {};
  if (phase === 'Succeeded' || phase === 'Failed') return true;
  return statusOfContainer(pod, container)?.state?.terminated !== undefined;
}

/** Checks that a container has a log, as a kubelet does. @throws KubeError BadRequest in its words */
export function requireLog(pod: Pod, container: string, previous: boolean): void {
  const place = `container "${container}" in pod "${pod.metadata.name}"`;
  const status = statusOfContainer(pod, container);
  if (previous && !status?.lastState?.terminated) {
    throw new KubeError('BadRequest', `previous terminated ${place} not found`);
  }
  if (!status) throw new KubeError('BadRequest', `${place} is not available`);
  const { running, terminated, waiting } = status.state ?? {};
  if (running || terminated) return;
  switch (waiting?.reason) {
    case undefined:
      throw new KubeError('BadRequest', `${place} is waiting to start - no logs yet`);
    case 'ErrImagePull':
      throw new KubeError('BadRequest', `${place} is waiting to start: image can't be pulled`);
    case 'ImagePullBackOff':
      throw new KubeError('BadRequest', `${place} is waiting to start: trying and failing to pull image`);
    default:
      throw new KubeError('BadRequest', `${place} is waiting to start: ${waiting?.reason}`);
  }
}
