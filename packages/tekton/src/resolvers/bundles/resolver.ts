import { gunzipSync } from 'node:zlib';
import type { ContentStore, Descriptor } from '@assay/oci';
import { isOciError, mediaTypes, parseReference, referenceTarget } from '@assay/oci';
import type { RemoteResolver, ResolverParams } from '../remote.ts';
import { resolutionFailed } from '../remote.ts';
import { firstTarEntry } from './tar-entry.ts';

/** For whom a registry is asked: the run's namespace, its ServiceAccount, and the Secret that the params name. */
export interface BundleAccess {
  namespace: string;
  serviceAccount: string;
  secret?: string;
  signal: AbortSignal;
}

export interface BundlesResolverOptions {
  /** A store that logs in with what the ServiceAccount and the Secret hold. */
  registry: (access: BundleAccess) => ContentStore | Promise<ContentStore>;
  /** @default 'default' */
  defaultServiceAccount?: string;
  /** @default 'task' */
  defaultKind?: string;
}

const annotation = {
  name: 'dev.tekton.image.name',
  kind: 'dev.tekton.image.kind',
  apiVersion: 'dev.tekton.image.apiVersion',
} as const;
const mostObjects = 20;
const largestLayer = 4 * 1024 * 1024;

/**
 * Takes definitions from Tekton bundles, images of which each layer holds one object.
 * @see https://tekton.dev/docs/pipelines/tekton-bundle-contracts/
 */
export function bundlesResolver(options: BundlesResolverOptions): RemoteResolver {
  return {
    name: 'bundles',
    isImmutable: (params) => /@sha(256|512):/.test(params.get('bundle') ?? ''),
    fetch: async (params, { namespace, signal }) => {
      const { bundle, name, kind, serviceAccount } = checkParams(params, options);
      const reference = parseReference(bundle);
      const secret = params.get('secret');
      const store = await options.registry({ namespace, serviceAccount, signal, ...(secret && { secret }) });
      const found = await imageManifest(store, reference.repository, referenceTarget(reference)).catch(
        (error) => {
          if (!isOciError(error)) throw error;
          throw resolutionFailed(`cannot retrieve the oci image: ${error.message}`, {
            cause: error,
            ...(error.hint !== undefined && { hint: error.hint }),
          });
        },
      );
      checkLayers(bundle, found.layers);
      const wanted = found.layers.find(
        ({ annotations }) =>
          annotations?.[annotation.kind]?.toLowerCase() === kind.toLowerCase() &&
          annotations[annotation.name] === name,
      );
      if (wanted === undefined) {
        throw resolutionFailed(`could not find object in image with kind: ${kind} and name: ${name}`, {
          hint: `it has ${found.layers.map((layer) => `${layer.annotations?.[annotation.kind]} ${layer.annotations?.[annotation.name]}`).join(', ')}`,
        });
      }
      const [algorithm = 'sha256', hex = ''] = found.digest.split(':');
      return {
        data: await readLayer(store, reference.repository, wanted),
        refSource: { uri: uriOf(reference), digest: { [algorithm]: hex }, entryPoint: name },
        annotations: Object.fromEntries(
          Object.values(annotation).map((key) => [
            `resolution.tekton.dev/${key}`,
            wanted.annotations?.[key] ?? '',
          ]),
        ),
      };
    },
  };
}

/** The repository as Tekton's registry library writes it: Docker Hub has another name there. */
function uriOf({ host, path }: { host: string; path: string }): string {
  return `${host === 'docker.io' ? 'index.docker.io' : host}/${path}`;
}

function checkParams(params: ResolverParams, options: BundlesResolverOptions) {
  const required = (name: string): string => {
    const value = params.get(name);
    if (!value) throw resolutionFailed(`parameter ${JSON.stringify(name)} required`);
    return value;
  };
  const bundle = required('bundle');
  try {
    parseReference(bundle);
  } catch (error) {
    if (!isOciError(error)) throw error;
    throw resolutionFailed(`invalid bundle reference: ${error.message}`, { cause: error });
  }
  const name = required('name');
  return {
    bundle,
    name,
    kind: params.get('kind') || options.defaultKind || 'task',
    serviceAccount: params.get('serviceAccount') || options.defaultServiceAccount || 'default',
  };
}

/** The image's own manifest; of an index the one for Linux on amd64, as Tekton takes it. */
async function imageManifest(
  store: ContentStore,
  repository: string,
  target: string,
): Promise<{ digest: string; layers: Descriptor[] }> {
  const { descriptor, bytes } = await store.getManifest(repository, target);
  const manifest = JSON.parse(new TextDecoder().decode(bytes)) as {
    layers?: Descriptor[];
    manifests?: Descriptor[];
  };
  if (manifest.manifests === undefined) return { digest: descriptor.digest, layers: manifest.layers ?? [] };
  const children = manifest.manifests;
  const child =
    children.find(({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64') ??
    children.find(({ platform }) => platform === undefined);
  if (child === undefined) {
    throw resolutionFailed('cannot retrieve the oci image: no child with platform linux/amd64 in index');
  }
  return imageManifest(store, repository, child.digest);
}

function checkLayers(bundle: string, layers: readonly Descriptor[]): void {
  const invalid = (detail: string) => resolutionFailed(`invalid tekton bundle ${bundle}, error: ${detail}`);
  if (layers.length > mostObjects) {
    throw invalid(`contained more than the maximum ${mostObjects} allow objects`);
  }
  for (const [index, { annotations = {} }] of layers.entries()) {
    for (const key of [annotation.apiVersion, annotation.name, annotation.kind]) {
      if (annotations[key] === undefined)
        throw invalid(`the layer ${index} does not contain a ${key} annotation`);
    }
    const kind = annotations[annotation.kind] ?? '';
    if (kind.toLowerCase().replace(/s$/, '') !== kind) {
      throw invalid(
        `the layer ${index} the annotation ${annotation.kind} must be lowercased and singular, found ${kind}`,
      );
    }
  }
}

/** The one file of a layer's tar, or the layer itself when it is no tar. Untrusted bytes enter here. */
async function readLayer(store: ContentStore, repository: string, layer: Descriptor): Promise<Uint8Array> {
  if (layer.size > largestLayer)
    throw resolutionFailed(`a layer of ${layer.size} bytes exceeds ${largestLayer}`);
  const blob = await store.getBlob(repository, layer.digest);
  const zipped = layer.mediaType === mediaTypes.layerTarGzip || (blob[0] === 0x1f && blob[1] === 0x8b);
  let bytes: Uint8Array = blob;
  try {
    if (zipped) bytes = gunzipSync(blob, { maxOutputLength: largestLayer });
  } catch (cause) {
    throw resolutionFailed(`failed to read image layer: ${(cause as Error).message}`, { cause });
  }
  return (await firstTarEntry(bytes)) ?? bytes;
}
