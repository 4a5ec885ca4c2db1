import { isRepositoryPath, isTag, parseReference } from '@assay/oci';
import type { Snapshot } from '@assay/policy';
import { ReleaseError } from '../error.ts';

/** Where one component goes. */
export interface ComponentTarget {
  component: string;
  /** By digest, where the Snapshot says that it is. */
  image: string;
  /** Host and path. */
  repository: string;
  tags: string[];
}

interface Mapping {
  components?: { name?: unknown; repository?: unknown; repositories?: unknown; tags?: unknown }[];
  defaults?: { tags?: unknown };
}

/**
 * Where the components of a Snapshot go, by `mapping` of the merged data, as Konflux's apply-mapping reads it:
 * `mapping.components[]: {name, repository, tags} | {name, repositories: [{url, tags}]}` and `mapping.defaults.tags`. Tags may hold
 * `{{ git_sha }}`, `{{ git_short_sha }}`, `{{ digest_sha }}` and `{{ timestamp }}`. Components without a mapping are not released.
 *
 * @param time what `{{ timestamp }}` stands for; the same for every attempt
 * @throws ReleaseError NoTarget when no component has one, one is no repository or tag, or two images would have one name
 */
export function componentTargets(
  snapshot: Snapshot,
  data: Record<string, unknown>,
  time: Date,
): ComponentTarget[] {
  const mapping = (data.mapping ?? {}) as Mapping;
  const entries = Array.isArray(mapping.components) ? mapping.components.filter(isEntry) : [];
  const targets = (snapshot.spec.components ?? []).flatMap((component) => {
    const entry = entries.find(({ name }) => name === component.name);
    if (!entry) return [];
    const places = Array.isArray(entry.repositories)
      ? entry.repositories.map((place) => ({ url: place?.url, tags: place?.tags ?? entry.tags }))
      : [{ url: entry.repository, tags: entry.tags }];
    return places.map(({ url, tags }) => ({
      component: component.name,
      image: component.containerImage,
      repository: repositoryOf(component.name, url),
      tags: tagsOf(component, tags ?? mapping.defaults?.tags, time),
    }));
  });
  if (targets.length === 0) {
    const names = (snapshot.spec.components ?? []).map(({ name }) => name).join(', ');
    throw new ReleaseError('NoTarget', `data.mapping names no repository for any of: ${names}`, {
      hint: 'set spec.data.mapping.components of the ReleasePlanAdmission to [{name, repository, tags}]',
    });
  }
  refuseSharedNames(targets);
  return targets;
}

/** Of two images under one name the later would take the earlier's place. */
function refuseSharedNames(targets: readonly ComponentTarget[]): void {
  const owners = new Map<string, ComponentTarget>();
  for (const target of targets) {
    for (const tag of target.tags) {
      const name = `${target.repository}:${tag}`;
      const owner = owners.get(name) ?? target;
      owners.set(name, owner);
      if (owner.image === target.image) continue;
      throw new ReleaseError(
        'NoTarget',
        `data.mapping: the components ${owner.component} and ${target.component} would both be ${name}`,
        { hint: 'give each a repository of its own, or another tag' },
      );
    }
  }
}

/** The data of an admission have no schema. */
function isEntry(entry: unknown): boolean {
  return typeof entry === 'object' && entry !== null;
}

function repositoryOf(component: string, url: unknown): string {
  if (typeof url === 'string') {
    const [host, ...path] = url.split('/');
    if (host !== '' && path.length > 0 && isRepositoryPath(path.join('/'))) return url;
  }
  throw new ReleaseError(
    'NoTarget',
    `data.mapping: the repository of component ${component} is ${JSON.stringify(url)}`,
    { hint: 'write host[:port]/path, without a tag' },
  );
}

type Component = NonNullable<Snapshot['spec']['components']>[number];

function tagsOf(component: Component, tags: unknown, time: Date): string[] {
  if (tags === undefined) return [];
  const list = Array.isArray(tags) ? tags : [tags];
  return [...new Set(list.map((tag) => expand(component, tag, time)))];
}

function expand(component: Component, tag: unknown, time: Date): string {
  const { digest } = parseReference(component.containerImage);
  const commit = component.source?.git?.revision;
  const values: Record<string, string | undefined> = {
    git_sha: commit,
    git_short_sha: commit?.slice(0, 7),
    digest_sha: digest?.replace(/^sha256:/, ''),
    timestamp: String(Math.floor(time.getTime() / 1000)),
  };
  const expanded = String(tag).replace(/\{\{\s*(\w+)\s*\}\}/g, (all, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? all) : all,
  );
  if (isTag(expanded)) return expanded;
  throw new ReleaseError(
    'NoTarget',
    `data.mapping: ${JSON.stringify(tag)} is no tag for component ${component.name}`,
    { hint: `variables are ${Object.keys(values).join(', ')}; git ones need the Snapshot's source` },
  );
}
