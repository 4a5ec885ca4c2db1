import { createHash } from 'node:crypto';
import { TektonError } from '../../error.ts';
import { boundedGet } from '../bounded-request.ts';
import type { NetworkPolicy } from '../network-policy.ts';
import type { RemoteResolver, ResolverParams } from '../remote.ts';
import { resolutionFailed } from '../remote.ts';
import { compareVersions, formatVersion, type HubVersion, parseConstraint, parseVersion } from './version.ts';

export interface HubResolverOptions {
  /** Tried in order. @default ['https://artifacthub.io'] */
  artifactHubUrls?: readonly string[];
  /** Of private Tekton Hubs: the public one is gone. @default none */
  tektonHubUrls?: readonly string[];
  /** @default 'artifact' */
  defaultType?: string;
  network?: NetworkPolicy;
  /** @default 4 MiB */
  maxBytes?: number;
}

const kinds = ['task', 'pipeline', 'stepaction'];
const catalogs: Readonly<Record<string, string>> = {
  task: 'tekton-catalog-tasks',
  pipeline: 'tekton-catalog-pipelines',
};

interface Query {
  type: string;
  kind: string;
  catalog: string;
  name: string;
  version: string;
  urls: readonly string[];
}

/**
 * Takes definitions from Artifact Hub, or from a Tekton Hub, by version or by constraint on versions.
 * @see https://tekton.dev/docs/pipelines/hub-resolver/
 */
export function hubResolver(options: HubResolverOptions = {}): RemoteResolver {
  return {
    name: 'hub',
    isImmutable: () => false,
    fetch: async (params, { signal }) => {
      const query = queryOf(params, options);
      const get = (url: string) => getJson(url, options, signal);
      let { version, urls } = query;
      const constraint = parseConstraint(version);
      if (constraint !== undefined) {
        const chosen = await firstOf(
          urls,
          'failed to resolve version constraint from any configured hub URL',
          (base) => chooseVersion(base, query, constraint, get),
        );
        version = formatVersion(chosen.value);
        urls = [chosen.url];
      }
      version = versionOfHub(version, query.type);
      const { value } = await firstOf(
        urls,
        'failed to fetch resource from any configured hub URL',
        async (base) => {
          const address = `${base}/${pathOf(query, version)}`;
          const answer = await get(address).catch((error) => {
            throw named(error, query.type);
          });
          return { address, text: textOf(answer, query.type) };
        },
      );
      const data = Buffer.from(value.text);
      const sha256 = createHash('sha256').update(data).digest('hex');
      return { data, refSource: { uri: value.address, digest: { sha256 } }, annotations: {} };
    },
  };
}

function queryOf(params: ResolverParams, options: HubResolverOptions): Query {
  const type = params.get('type') ?? options.defaultType ?? 'artifact';
  const kind = params.get('kind') ?? 'task';
  const wrong = (message: string) => resolutionFailed(`failed to validate params: ${message}`);
  const catalog = params.get('catalog') ?? (type === 'tekton' ? 'Tekton' : catalogs[kind]);
  if (catalog === undefined) {
    throw resolutionFailed(
      `failed to populate default params: failed to resolve catalog name with kind: ${kind}`,
    );
  }
  if (!kinds.includes(kind)) throw wrong(`kind param must be one of: ${kinds.join(', ')}`);
  const own = params.get('url');
  if (own) checkUrl(own, wrong);
  if (type !== 'artifact' && type !== 'tekton') throw wrong('type param must be artifact or tekton');
  const configured =
    type === 'artifact' ? (options.artifactHubUrls ?? ['https://artifacthub.io']) : options.tektonHubUrls;
  const urls = (own ? [own] : (configured ?? [])).map((url) => url.replace(/\/+$/, ''));
  if (urls.length === 0) throw wrong('please configure TEKTON_HUB_API env variable to use tekton type');
  const missing = ['name', 'version'].filter((name) => !params.has(name));
  if (missing.length > 0) throw wrong(`missing required hub resolver params: ${missing.join(', ')}`);
  return { type, kind, catalog, name: params.get('name') ?? '', version: params.get('version') ?? '', urls };
}

function checkUrl(url: string, wrong: (message: string) => TektonError): void {
  const invalid = 'invalid url param: url must';
  if (!URL.canParse(url) || new URL(url).host === '')
    throw wrong(`${invalid} be a valid absolute URL: ${url}`);
  if (!/^https?:$/.test(new URL(url).protocol)) throw wrong(`${invalid} use http or https scheme: ${url}`);
}

/** Each part is one segment of the path, whatever it holds. */
function pathOf({ type, kind, catalog, name }: Omit<Query, 'version' | 'urls'>, version?: string): string {
  const parts = type === 'artifact' ? [`tekton-${kind}`, catalog, name] : [catalog, kind, name];
  if (version !== undefined) parts.push(version);
  const path = parts.map(encodeURIComponent).join('/');
  if (type === 'artifact') return `api/v1/packages/${path}`;
  return `v1/resource/${path}${version === undefined ? '' : '/yaml'}`;
}

/** Artifact Hub has three parts in a version, Tekton Hub two. */
function versionOfHub(version: string, type: string): string {
  const parts = version.split('.');
  if (type === 'artifact' && parts.length === 2) return `${version}.0`;
  return type === 'tekton' && parts.length > 2 ? parts.slice(0, 2).join('.') : version;
}

const hubNames: Readonly<Record<string, string>> = { artifact: 'Artifact Hub', tekton: 'Tekton Hub' };

async function chooseVersion(
  base: string,
  query: Query,
  constraint: (version: HubVersion) => boolean,
  get: (url: string) => Promise<unknown>,
): Promise<HubVersion> {
  const answer = await get(`${base}/${pathOf(query)}`).catch((error) => {
    throw named(error, query.type);
  });
  let best: HubVersion | undefined;
  for (const { version, prerelease } of listedVersions(answer, query.type)) {
    if (prerelease) continue;
    const parsed = parseVersion(version);
    if (parsed === undefined) {
      throw resolutionFailed(
        `fail to parse version ${query.type} from ${version}: Malformed version: ${version}`,
      );
    }
    if (constraint(parsed) && (best === undefined || compareVersions(parsed, best) >= 0)) best = parsed;
  }
  if (best === undefined)
    throw resolutionFailed(`no version found for constraint ${query.version}`, { cause: noVersion });
  return best;
}

const noVersion = Symbol('no version');

function listedVersions(answer: unknown, type: string): Array<{ version: string; prerelease: boolean }> {
  const body = answer as { available_versions?: unknown; data?: { versions?: unknown } } | null;
  const list = type === 'artifact' ? body?.available_versions : body?.data?.versions;
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: { version?: unknown; prerelease?: unknown } | null) =>
    typeof item?.version === 'string'
      ? [{ version: item.version, prerelease: item.prerelease === true }]
      : [],
  );
}

function textOf(answer: unknown, type: string): string {
  const data = (answer as { data?: { manifestRaw?: unknown; yaml?: unknown } } | null)?.data;
  const text = type === 'artifact' ? data?.manifestRaw : data?.yaml;
  return typeof text === 'string' ? text : '';
}

function named(error: unknown, type: string): TektonError {
  const message = error instanceof Error ? error.message : String(error);
  return resolutionFailed(`fail to fetch ${hubNames[type]} resource: ${message}`, { cause: error });
}

async function getJson(url: string, options: HubResolverOptions, signal: AbortSignal): Promise<unknown> {
  const { network = {}, maxBytes = 4 * 1024 * 1024 } = options;
  const request = {
    url: new URL(url),
    policy: network,
    signal,
    maxBytes,
    headers: { accept: 'application/json' },
  };
  const { status, body } = await boundedGet(request).catch((error: unknown) => {
    if (error instanceof TektonError || signal.aborted) throw error;
    throw resolutionFailed(`requesting resource from Hub: ${error instanceof Error ? error.message : error}`);
  });
  if (status !== 200) throw resolutionFailed(`requested resource '${url}' not found on hub`);
  if (body === undefined) throw resolutionFailed(`error reading response body: it exceeds ${maxBytes} bytes`);
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch (error) {
    throw resolutionFailed(`error unmarshalling json response: ${(error as Error).message}`);
  }
}

/** The first hub that answers; that there is no fitting version is an answer. */
async function firstOf<T>(
  urls: readonly string[],
  all: string,
  ask: (url: string) => Promise<T>,
): Promise<{ value: T; url: string }> {
  const errors: Error[] = [];
  for (const url of urls) {
    try {
      return { value: await ask(url), url };
    } catch (error) {
      if (!(error instanceof TektonError) || error.cause === noVersion) throw error;
      errors.push(error);
    }
  }
  if (errors.length === 1) throw errors[0];
  throw resolutionFailed(`${all}: ${errors.map(({ message }) => message).join('\n')}`);
}
