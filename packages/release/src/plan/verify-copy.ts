import { type ContentStore, isOciError } from '@assay/oci';
import { ReleaseError } from '../error.ts';
import type { CopyPlan, PlannedImage } from './copy-plan.ts';

/**
 * Checks at the targets that everything of a plan is there: every manifest, every tag of evidence, and every tag of the release.
 * What a pipeline says of itself is not asked.
 * @throws ReleaseError CopyIncomplete; the store's errors when a target cannot be read
 */
export async function verifyCopy(
  store: (repository: string) => ContentStore,
  { images }: CopyPlan,
): Promise<void> {
  for (const image of images) await verifyImageCopy(store(image.target), image);
}

async function verifyImageCopy(store: ContentStore, image: PlannedImage): Promise<void> {
  const { target, digest, manifests, evidenceTags, tags, component } = image;
  const wanted = [
    ...manifests.map((manifest) => ({ reference: manifest.digest, digest: manifest.digest })),
    ...evidenceTags.map(({ tag, digest: held }) => ({ reference: tag, digest: held })),
    ...tags.map((tag) => ({ reference: tag, digest })),
  ];
  for (const { reference, digest: expected } of wanted) {
    const found = await store.resolve(target, reference).then(
      (descriptor) => descriptor.digest,
      (error) => {
        if (isOciError(error, 'ManifestUnknown')) return undefined;
        throw error;
      },
    );
    if (found === expected) continue;
    const separator = reference === expected ? '@' : ':';
    throw new ReleaseError(
      'CopyIncomplete',
      `component ${component}: ${target}${separator}${reference} is ${found ?? 'not there'}${
        found === undefined ? '' : `, not ${expected}`
      }`,
      { hint: 'the managed pipeline ended well without copying everything; look at its tasks' },
    );
  }
}
