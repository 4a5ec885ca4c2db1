/** Media types of the OCI image-spec, and Docker's older equals of them. */
export const mediaTypes = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layerTar: 'application/vnd.oci.image.layer.v1.tar',
  layerTarGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  layerTarZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  empty: 'application/vnd.oci.empty.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerManifestList: 'application/vnd.docker.distribution.manifest.list.v2+json',
} as const;

/** Types asked for when reading a manifest; a registry picks the stored one. */
export const manifestMediaTypes: readonly string[] = [
  mediaTypes.manifest,
  mediaTypes.index,
  mediaTypes.dockerManifest,
  mediaTypes.dockerManifestList,
];

/** The largest manifest a registry must accept, and the largest we read (distribution-spec, "Pushing Manifests"). */
export const maxManifestBytes = 4 * 1024 * 1024;

/** The tag's place in a layout's `index.json` (image-spec, "Pre-Defined Annotation Keys"). */
export const refNameAnnotation = 'org.opencontainers.image.ref.name';
