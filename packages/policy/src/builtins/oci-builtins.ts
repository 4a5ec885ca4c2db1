import { legacyTag } from '@assay/attestation';
import type { HostBuiltin, RegoType } from '@assay/rego';
import { descriptorDocument, indexDocument, manifestDocument } from './descriptors.ts';
import type { RegistryReader } from './registry-reader.ts';
import { archiveFiles, imageFiles } from './structured-files.ts';
import * as types from './types.ts';

/** Answers for operands; what it throws is undefined in the policy. Operands come from the policy and from evidence. */
type Answer = (...operands: never[]) => Promise<unknown>;

const isIndex = (document: Record<string, unknown>) => document.manifests !== undefined;

/**
 * `ec.oci.*`: what policies read from registries. An error of any kind is undefined, as upstream.
 * @see https://conforma.dev/docs/cli/rego_builtins.html
 */
export function ociBuiltins(reader: RegistryReader): HostBuiltin[] {
  const text = async (ref: string) => {
    const bytes = await reader.blob(reader.pinned(ref));
    // Upstream compares the reference with the digest of what is unpacked: a compressed blob is undefined.
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw new Error(`${ref} is compressed`);
    return new TextDecoder().decode(bytes);
  };
  const manifest = async (ref: string) => {
    const { document, mediaType } = await reader.manifest(await reader.named(ref));
    if (isIndex(document)) throw new Error(`${ref} is an index`);
    return manifestDocument(document, mediaType);
  };
  return [
    builtin('ec.oci.blob', 'The text of a blob, named by digest.', [types.text], types.text, text),
    builtin(
      'ec.oci.parsed_blob',
      'The JSON document in a blob, named by digest.',
      [types.text],
      types.anything,
      async (ref: string): Promise<unknown> => JSON.parse(await text(ref)),
    ),
    builtin(
      'ec.oci.blob_files',
      'Named YAML and JSON files of a blob that is a tar archive.',
      [types.text, types.listOf(types.text)],
      types.mapOf(types.anything),
      async (ref: string, names: string[]) => archiveFiles(await reader.blob(reader.pinned(ref)), names),
    ),
    builtin(
      'ec.oci.image_files',
      'The YAML and JSON files that lie directly in directories of an image.',
      [types.text, types.listOf(types.text)],
      types.mapOf(types.anything),
      (ref: string, directories: string[]) => imageFiles(reader.pinned(ref), directories),
    ),
    builtin(
      'ec.oci.descriptor',
      'The descriptor of an image or index.',
      [types.text],
      types.descriptor,
      async (ref: string) => {
        const content = await reader.named(ref);
        const { repository, digest, store } = content;
        const found = await reader.once(`descriptor ${repository}@${digest}`, () =>
          store.resolve(repository, digest),
        );
        return descriptorDocument(found);
      },
    ),
    builtin(
      'ec.oci.image_manifest',
      'The manifest of an image.',
      [types.text],
      types.imageManifest,
      manifest,
    ),
    builtin(
      'ec.oci.image_manifests',
      'The manifests of several images by their references; those that cannot be read are left out.',
      [{ type: 'set', of: types.text }],
      types.mapOf(types.imageManifest),
      async (refs: string[]) => {
        const found = await Promise.allSettled(refs.map(async (ref) => [ref, await manifest(ref)] as const));
        return Object.fromEntries(found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
      },
    ),
    builtin(
      'ec.oci.image_index',
      'The index of several images.',
      [types.text],
      types.imageIndex,
      async (ref: string) => {
        const { document, mediaType } = await reader.manifest(await reader.named(ref));
        if (!isIndex(document)) throw new Error(`${ref} is no index`);
        return indexDocument(document, mediaType);
      },
    ),
    builtin(
      'ec.oci.image_tag_refs',
      'The tags beside an image that hold its signatures, attestations and SBOM.',
      [types.text],
      types.listOf(types.text),
      async (ref: string) => {
        const { store, repository, digest } = await reader.named(ref);
        const names = [
          legacyTag(digest, 'sig'),
          legacyTag(digest, 'att'),
          `${digest.replace(':', '-')}.sbom`,
        ];
        const found = await Promise.allSettled(names.map((name) => store.resolve(repository, name)));
        return names
          .filter((_, index) => found[index]!.status === 'fulfilled')
          .map((name) => `${repository}:${name}`);
      },
    ),
    builtin(
      'ec.oci.image_referrers',
      'What is attached to an image.',
      [types.text],
      types.listOf(types.referrer),
      async (ref: string) => {
        const { store, repository, digest } = await reader.named(ref);
        const found = await reader.once(`referrers ${repository}@${digest}`, () =>
          store.referrers(repository, digest),
        );
        return found.map((descriptor) => ({
          mediaType: descriptor.mediaType,
          size: descriptor.size,
          digest: descriptor.digest,
          artifactType: descriptor.artifactType ?? '',
          annotations: descriptor.annotations ?? {},
          ref: `${repository}@${descriptor.digest}`,
        }));
      },
    ),
  ];
}

function builtin(
  name: string,
  description: string,
  args: RegoType[],
  result: RegoType,
  answer: Answer,
): HostBuiltin {
  return {
    name,
    description,
    args,
    result,
    nondeterministic: true,
    call: async (operands) => {
      try {
        return await answer(...(operands as never[]));
      } catch {
        return undefined;
      }
    },
  };
}
