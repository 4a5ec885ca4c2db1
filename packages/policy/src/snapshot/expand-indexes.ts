import { type ContentStore, mediaTypes, parseManifest, parseReference, referenceTarget } from '@assay/oci';
import type { SnapshotComponent } from './snapshot.ts';

/**
 * The components with each image index followed by the images it lists, sorted by image. An image that cannot be read is kept as
 * it is: the verdict about it will say so.
 * @param store gives the content store of a repository
 */
export async function expandIndexes(
  components: readonly SnapshotComponent[],
  store: (repository: string) => ContentStore,
): Promise<SnapshotComponent[]> {
  const expanded = await Promise.all(
    components.map(async (component) => [component, ...(await partsOf(component, store).catch(() => []))]),
  );
  return expanded.flat().sort((a, b) => compareText(a.containerImage, b.containerImage));
}

async function partsOf(
  component: SnapshotComponent,
  store: (repository: string) => ContentStore,
): Promise<SnapshotComponent[]> {
  const reference = parseReference(component.containerImage);
  const { repository } = reference;
  const { digest, mediaType } = await store(repository).resolve(repository, referenceTarget(reference));
  if (mediaType !== mediaTypes.index && mediaType !== mediaTypes.dockerManifestList) return [];
  const { bytes } = await store(repository).getManifest(repository, digest);
  return parseManifest(bytes, mediaType).children.map((child, index) => ({
    ...component,
    name: `${component.name}-${child.digest}-${child.platform?.architecture || `noarch-${index}`}`,
    containerImage: `${repository}@${child.digest}`,
  }));
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
