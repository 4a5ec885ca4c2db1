import type { ResourceType } from '../object.ts';
import type { ResourceRegistry } from '../resource.ts';

/** A resource or subresource as discovery tells of it. */
export interface DiscoveredResource {
  group: string;
  version: string;
  /** `taskruns`, or `taskruns/status`. */
  name: string;
  singular: string;
  namespaced: boolean;
  kind: string;
  verbs: readonly string[];
  shortNames?: readonly string[];
  categories?: readonly string[];
  /** Of a subresource whose kind is of another group: `policy/v1` Eviction. */
  kindGroup?: string;
  kindVersion?: string;
}

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

const viewVerbs = ['delete', 'deletecollection', 'get', 'list', 'watch'];

export function singularOf(resource: ResourceType): string {
  return resource.singular ?? resource.kind.toLowerCase();
}

function* describe(resource: ResourceType): Generator<DiscoveredResource> {
  const { group, version, plural, kind, namespaced, shortNames, categories } = resource;
  const common = { group, version, kind, namespaced };
  yield {
    ...common,
    name: plural,
    singular: singularOf(resource),
    verbs: resource.view ? viewVerbs : verbs,
    ...(shortNames && { shortNames }),
    ...(categories && { categories }),
  };
  if (resource.hasStatus) {
    yield { ...common, name: `${plural}/status`, singular: '', verbs: ['get', 'patch', 'update'] };
  }
}

/** Everything that is served: the store's resources, and what hosts serve beside them. */
export function discover(
  resources: ResourceRegistry,
  others: readonly DiscoveredResource[],
): DiscoveredResource[] {
  const own = [...resources.served()].flatMap((resource) => [...describe(resource)]);
  const names = new Set(own.map(({ group, version, name }) => `${group}/${version}/${name}`));
  const all = [...own, ...others.filter((one) => !names.has(`${one.group}/${one.version}/${one.name}`))];
  return all.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
