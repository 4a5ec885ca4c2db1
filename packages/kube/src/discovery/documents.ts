import { compareVersions } from './api-versions.ts';
import type { DiscoveredResource } from './discovered-resource.ts';

/** The documents of the discovery API, from a flat list of what is served. */

interface Group {
  name: string;
  versions: Map<string, DiscoveredResource[]>;
}

function groupsOf(resources: readonly DiscoveredResource[]): Group[] {
  const groups = new Map<string, Group>();
  for (const resource of resources) {
    const group = groups.get(resource.group) ?? { name: resource.group, versions: new Map() };
    groups.set(resource.group, group);
    const list = group.versions.get(resource.version) ?? [];
    list.push(resource);
    group.versions.set(resource.version, list);
  }
  return [...groups.values()]
    .map(({ name, versions }) => ({
      name,
      versions: new Map([...versions].sort(([a], [b]) => compareVersions(a, b))),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function groupVersion(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `/api`. */
export function coreVersions(resources: readonly DiscoveredResource[], address: string): object {
  const core = groupsOf(resources).find(({ name }) => name === '');
  return {
    kind: 'APIVersions',
    versions: [...(core?.versions.keys() ?? [])],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

function apiGroup({ name, versions }: Group): object {
  const list = [...versions.keys()].map((version) => ({
    groupVersion: groupVersion(name, version),
    version,
  }));
  return { name, versions: list, preferredVersion: list[0] };
}

/** `/apis`. */
export function groupList(resources: readonly DiscoveredResource[]): object {
  const groups = groupsOf(resources).filter(({ name }) => name !== '');
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(apiGroup) };
}

/** `/apis/<group>`. */
export function oneGroup(resources: readonly DiscoveredResource[], group: string): object | undefined {
  const found = groupsOf(resources).find(({ name }) => name === group);
  return found && { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(found) };
}

/** `/api/v1` and `/apis/<group>/<version>`. */
export function resourceList(
  resources: readonly DiscoveredResource[],
  group: string,
  version: string,
): object | undefined {
  const found = resources.filter((resource) => resource.group === group && resource.version === version);
  if (found.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    ...(group !== '' && { apiVersion: 'v1' }),
    groupVersion: groupVersion(group, version),
    resources: found.map((resource) => ({
      name: resource.name,
      singularName: resource.singular,
      namespaced: resource.namespaced,
      ...(resource.kindVersion && { group: resource.kindGroup ?? '', version: resource.kindVersion }),
      kind: resource.kind,
      verbs: resource.verbs,
      ...(resource.shortNames && { shortNames: resource.shortNames }),
      ...(resource.categories && { categories: resource.categories }),
    })),
  };
}

function responseKind({ group, version, kind, kindGroup, kindVersion }: DiscoveredResource): object {
  return { group: kindVersion ? (kindGroup ?? '') : group, version: kindVersion ?? version, kind };
}

function aggregatedResources(found: readonly DiscoveredResource[]): object[] {
  const main = found.filter(({ name }) => !name.includes('/'));
  const subresources = found.filter(({ name }) => name.includes('/'));
  const parents = new Set([
    ...main.map(({ name }) => name),
    ...subresources.map(({ name }) => name.split('/')[0]!),
  ]);
  return [...parents].sort().map((name) => {
    const resource = main.find((one) => one.name === name);
    const below = subresources.filter((one) => one.name.startsWith(`${name}/`));
    const scope = (resource ?? below[0]!).namespaced ? 'Namespaced' : 'Cluster';
    return {
      resource: name,
      ...(resource && { responseKind: responseKind(resource) }),
      scope,
      singularResource: resource?.singular ?? '',
      verbs: resource?.verbs ?? [],
      ...(resource?.shortNames && { shortNames: resource.shortNames }),
      ...(resource?.categories && { categories: resource.categories }),
      ...(below.length > 0 && {
        subresources: below.map((one) => ({
          subresource: one.name.slice(name.length + 1),
          responseKind: responseKind(one),
          verbs: one.verbs,
        })),
      }),
    };
  });
}

/** Aggregated discovery (`apidiscovery.k8s.io`) of the core group (`/api`) or of all others (`/apis`). */
export function aggregated(
  resources: readonly DiscoveredResource[],
  root: 'api' | 'apis',
  version: 'v2' | 'v2beta1',
): object {
  const groups = groupsOf(resources).filter(({ name }) => (name === '') === (root === 'api'));
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: { ...(name !== '' && { name }), creationTimestamp: null },
      versions: Array.from(versions, ([one, found]) => ({
        version: one,
        resources: aggregatedResources(found),
        freshness: 'Current',
      })),
    })),
  };
}
