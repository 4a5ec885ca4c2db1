/** OCI content descriptor (image-spec, "Descriptor"). */
export interface Descriptor {
  mediaType: string;
  /** `sha256:<hex>` or `sha512:<hex>`. */
  digest: string;
  size: number;
  artifactType?: string;
  annotations?: Record<string, string>;
  platform?: { architecture: string; os: string; variant?: string };
}

/** A manifest or index, byte for byte as stored: these bytes, never a re-serialisation, are what the digest names. */
export interface StoredManifest {
  descriptor: Descriptor;
  bytes: Uint8Array;
}

/**
 * Where images and artifacts are: a registry over HTTP, or an OCI image layout on disk, behind one interface.
 *
 * `repository` is host and path without tag (`localhost:5050/team/app`); a layout ignores the host. Everything
 * read is checked against its digest before the last byte is handed out: a mismatch throws `DigestMismatch`.
 * Other errors: `ManifestUnknown`, `BlobUnknown`, `Unauthorized`, `Denied`, `RegistryUnavailable`.
 */
export interface PutManifestOptions {
  /**
   * Stores only if the reference has this digest until now; with null, only if it does not exist. Of registries, those
   * that know conditional requests (RFC 9110, section 13) keep to it. @default stores in any case
   */
  replaces?: string | null;
}

export interface ContentStore {
  /** The digest behind a tag or digest, without fetching more than headers where possible. */
  resolve(repository: string, reference: string): Promise<Descriptor>;
  getManifest(repository: string, reference: string): Promise<StoredManifest>;
  /**
   * Stores a manifest under a tag or its own digest. One with a `subject` becomes a referrer of it, through the
   * referrers API or, on registries without, the fallback tag (distribution-spec 1.1, "Referrers Tag Schema").
   * @throws OciError `Conflict` when the reference is not as `options.replaces` says
   */
  putManifest(
    repository: string,
    reference: string,
    bytes: Uint8Array,
    mediaType: string,
    options?: PutManifestOptions,
  ): Promise<Descriptor>;
  deleteManifest(repository: string, reference: string): Promise<void>;
  hasBlob(repository: string, digest: string): Promise<boolean>;
  getBlob(repository: string, digest: string): Promise<Uint8Array>;
  /** For content too large to hold: a stream that errors at its end when the digest is not met. */
  streamBlob(repository: string, digest: string): Promise<AsyncIterable<Uint8Array>>;
  /** Uploads unless present. `digest` and `size` are taken from the bytes, or from the descriptor for a stream. */
  putBlob(repository: string, content: Uint8Array): Promise<Descriptor>;
  putBlobStream(
    repository: string,
    content: AsyncIterable<Uint8Array>,
    expected: { digest: string; size: number },
  ): Promise<void>;
  /** Makes a blob of another repository of the same registry appear here; false when it has to be uploaded. */
  mountBlob(repository: string, digest: string, from: string): Promise<boolean>;
  /** Manifests whose `subject` is `digest`, in the order they were stored where that is known. */
  referrers(repository: string, digest: string, filter?: { artifactType?: string }): Promise<Descriptor[]>;
  listTags(repository: string): Promise<string[]>;
}
