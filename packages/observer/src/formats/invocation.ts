import type { ObjectMeta } from '@assay/kube';
import type { Param, ParamSpec, RefSource, Step, StepState } from '@assay/tekton';

/** `invocation`: where the definition came from, params over their defaults, and the object's own environment. */
export function invocation(
  metadata: ObjectMeta | undefined,
  source: RefSource | undefined,
  params: readonly Param[] | undefined,
  specs: readonly ParamSpec[] | undefined,
): Record<string, unknown> {
  const parameters = new Map<string, unknown>();
  for (const { name, default: value } of specs ?? [])
    if (value !== undefined && value !== null) parameters.set(name, value);
  for (const { name, value } of params ?? []) parameters.set(name, value);
  const annotations = Object.entries(metadata?.annotations ?? {}).filter(
    ([name]) =>
      name !== 'kubectl.kubernetes.io/last-applied-configuration' && !name.startsWith('chains.tekton.dev/'),
  );
  const labels = Object.entries(metadata?.labels ?? {});
  const environment = {
    ...(annotations.length > 0 && { annotations: Object.fromEntries(annotations) }),
    ...(labels.length > 0 && { labels: Object.fromEntries(labels) }),
  };
  return {
    configSource:
      source === undefined ? {} : { uri: source.uri, digest: source.digest, entryPoint: source.entryPoint },
    parameters: Object.fromEntries([...parameters].sort(([a], [b]) => (a < b ? -1 : 1))),
    ...(Object.keys(environment).length > 0 && { environment }),
  };
}

/** One step: what ran (script, else command), with what, in which image. */
export function stepRecord(step: Step | undefined, state: StepState): Record<string, unknown> {
  return {
    entryPoint: step?.script || (step?.command ?? []).join(' '),
    arguments: step?.args ?? null,
    environment: {
      container: state.name ?? '',
      image: `oci://${(state.imageID ?? '').replace(/^docker-pullable:\/\//, '')}`,
    },
    annotations: null,
  };
}
