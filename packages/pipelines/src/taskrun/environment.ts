import { type EnvFromSource, type EnvVar, expandText, type TaskRun } from '@assay/tekton';
import { configMapKeys, type KeyContext, secretKeys } from '../workspaces/volumes.ts';
import { CannotStart } from './cannot-start.ts';

/** What a container's `env` and `envFrom` come from. */
export interface EnvironmentSource {
  env?: EnvVar[] | undefined;
  envFrom?: EnvFromSource[] | undefined;
}

export interface EnvironmentContext extends KeyContext {
  taskRun: TaskRun;
  podName: string;
}

/**
 * The variables of a container without those of its image: `envFrom` first, then `env`, the later one winning; a
 * value may use what stands before it as `$(NAME)` (Kubernetes, "Define Dependent Environment Variables").
 * @throws CannotStart when a ConfigMap, Secret or key is missing that may not be
 */
export async function containerEnvironment(
  source: EnvironmentSource,
  context: EnvironmentContext,
): Promise<Map<string, string>> {
  const environment = new Map<string, string>();
  for (const { prefix = '', configMapRef, secretRef } of source.envFrom ?? []) {
    const keys = configMapRef
      ? await configMapKeys(configMapRef.name ?? '', configMapRef.optional, context)
      : await secretKeys(secretRef?.name ?? '', secretRef?.optional, context);
    for (const [key, value] of keys) environment.set(prefix + key, value.toString());
  }
  for (const variable of source.env ?? []) {
    const value = await variableValue(variable, environment, context);
    if (value !== undefined) environment.set(variable.name, value);
  }
  return environment;
}

async function variableValue(
  { name, value, valueFrom }: EnvVar,
  environment: ReadonlyMap<string, string>,
  context: EnvironmentContext,
): Promise<string | undefined> {
  if (!valueFrom) return expandText(value ?? '', environment);
  const { configMapKeyRef, secretKeyRef, fieldRef } = valueFrom;
  if (configMapKeyRef) {
    const keys = await configMapKeys(configMapKeyRef.name ?? '', configMapKeyRef.optional, context);
    return keyOf(keys, 'ConfigMap', configMapKeyRef, context);
  }
  if (secretKeyRef) {
    const keys = await secretKeys(secretKeyRef.name ?? '', secretKeyRef.optional, context);
    return keyOf(keys, 'Secret', secretKeyRef, context);
  }
  if (fieldRef) return podField(fieldRef.fieldPath, context);
  const kind = Object.keys(valueFrom)[0] ?? 'nothing';
  throw new CannotStart('CreateContainerConfigError', `env ${name}: valueFrom.${kind} is not available here`);
}

function keyOf(
  keys: Map<string, Buffer>,
  kind: string,
  reference: { name?: string | undefined; key?: string | undefined; optional?: boolean | undefined },
  context: EnvironmentContext,
): string | undefined {
  const value = keys.get(reference.key ?? '');
  if (value === undefined && !reference.optional) {
    throw new CannotStart(
      'CreateContainerConfigError',
      `couldn't find key ${reference.key} in ${kind} ${context.namespace}/${reference.name}`,
    );
  }
  return value?.toString();
}

function podField(path: string, { taskRun, podName, namespace }: EnvironmentContext): string {
  const { labels, annotations, uid } = taskRun.metadata;
  const key = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (key) return (key[1] === 'labels' ? labels : annotations)?.[key[2]!] ?? '';
  const fields: Record<string, string> = {
    'metadata.name': podName,
    'metadata.namespace': namespace,
    'metadata.uid': uid ?? '',
    'spec.serviceAccountName': taskRun.spec.serviceAccountName ?? 'default',
    'spec.nodeName': 'localhost',
    'status.hostIP': '127.0.0.1',
    'status.podIP': '127.0.0.1',
  };
  const value = fields[path];
  if (value === undefined) {
    throw new CannotStart(
      'CreateContainerConfigError',
      `fieldPath ${JSON.stringify(path)} is not available here`,
    );
  }
  return value;
}
