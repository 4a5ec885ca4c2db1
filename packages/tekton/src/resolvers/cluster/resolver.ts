import type { Client, KubeObject, ResourceType } from '@assay/kube';
import { isKubeError } from '@assay/kube';
import { definitionChecksum } from '../../trusted-resources/checksum.ts';
import { Pipelines, StepActions, Tasks, tektonApiVersion } from '../../types/resources.ts';
import type { RemoteResolver, ResolverParams } from '../remote.ts';
import { resolutionFailed } from '../remote.ts';
import type { Definition } from '../resolver.ts';

export interface ClusterResolverOptions {
  client: Client;
  /** @default 'task' */
  defaultKind?: string;
  defaultNamespace?: string;
  /** When given, no other namespaces may be read. */
  allowedNamespaces?: readonly string[];
  /** May not be read; `*` leaves only what is allowed expressly. */
  blockedNamespaces?: readonly string[];
}

const kinds: Readonly<Record<string, ResourceType>> = {
  task: Tasks as unknown as ResourceType,
  pipeline: Pipelines as unknown as ResourceType,
  stepaction: StepActions as unknown as ResourceType,
};

/**
 * Takes definitions from other namespaces of the factory.
 * @see https://tekton.dev/docs/pipelines/cluster-resolver/
 */
export function clusterResolver(options: ClusterResolverOptions): RemoteResolver {
  return {
    name: 'cluster',
    isImmutable: () => false,
    fetch: async (params) => {
      const { kind, name, namespace } = checkParams(params, options);
      const resource = kinds[kind] as ResourceType;
      let object: KubeObject;
      try {
        object = await options.client.get(resource, namespace, name);
      } catch (error) {
        if (!isKubeError(error)) throw error;
        const missing = `${resource.plural}.tekton.dev ${JSON.stringify(name)} not found`;
        throw resolutionFailed(error.code === 'NotFound' ? missing : error.message, { cause: error });
      }
      const definition = object as unknown as Definition;
      const identifier = `/apis/${tektonApiVersion}/namespaces/${namespace}/${kind}/${name}@${object.metadata.uid ?? ''}`;
      return {
        data: Buffer.from(JSON.stringify(object)),
        refSource: { uri: identifier, digest: { sha256: definitionChecksum(definition).toString('hex') } },
        annotations: {
          'resolution.tekton.dev/name': name,
          'resolution.tekton.dev/namespace': namespace,
        },
      };
    },
  };
}

function checkParams(params: ResolverParams, options: ClusterResolverOptions) {
  const kind = params.get('kind') || options.defaultKind || 'task';
  if (!Object.hasOwn(kinds, kind)) throw resolutionFailed(`unknown or unsupported resource kind '${kind}'`);
  const name = params.get('name') ?? '';
  const namespace = params.get('namespace') || options.defaultNamespace || '';
  const missing = [...(name === '' ? ['name'] : []), ...(namespace.trim() === '' ? ['namespace'] : [])];
  if (missing.length > 0) {
    throw resolutionFailed(`missing required cluster resolver params: ${missing.join(', ')}`);
  }
  const { allowedNamespaces: allowed = [], blockedNamespaces: blocked = [] } = options;
  if (blocked.includes(namespace))
    throw resolutionFailed(`access to specified namespace ${namespace} is blocked`);
  if (allowed.includes(namespace)) return { kind, name, namespace };
  if (blocked.includes('*')) throw resolutionFailed('only explicit allowed access to namespaces is allowed');
  if (allowed.length > 0) throw resolutionFailed(`access to specified namespace ${namespace} is not allowed`);
  return { kind, name, namespace };
}
