import type { ContentStore, Descriptor, PutManifestOptions, StoredManifest } from '../content.ts';
import { computeDigest, isDigest, parseDigest, verifyDigest } from '../digest/digest.ts';
import { collect, verifyStream } from '../digest/verify-stream.ts';
import { isOciError, OciError } from '../error.ts';
import { describeManifest, type ManifestSummary, parseManifest } from '../manifest.ts';
import { manifestMediaTypes, maxManifestBytes } from '../media-types.ts';
import { isTag, parseRepository } from '../reference/reference.ts';
import { RegistryConnection } from './connection.ts';
import { type CredentialSource, createCredentialSource } from './credentials.ts';
import { type HostConfig, resolveEndpoint } from './hosts.ts';
import { checkReference, nameOf, type Place, putManifestBytes, readAccess, readPages } from './place.ts';
import { changeReferrersTag, hasReferrersApi, listReferrers, type TagQueues } from './referrers.ts';
import { addReferrer, removeReferrer } from './referrers-tag.ts';
import type { RetryOptions } from './retry.ts';
import { discardBody, header, readBody, type TransportResponse } from './transport.ts';
import { mount, uploadBytes, uploadStream } from './upload.ts';

export interface RegistryClientOptions {
  /** By registry host as references name it (`localhost:5000`): where it really is, and how far to trust it. */
  hosts?: Record<string, HostConfig>;
  /** @default the files of docker, podman and skopeo, see `createCredentialSource` */
  credentials?: CredentialSource;
  retry?: RetryOptions;
  /** Bytes of a PATCH when a stream is uploaded in chunks. @default one PUT for the whole stream */
  chunkSize?: number;
  /** Largest blob that `getBlob` holds in memory. @default 128 MiB */
  maxBlobBytes?: number;
  /** Ends every request of this client. */
  signal?: AbortSignal;
}

const accept = [...manifestMediaTypes, '*/*;q=0.1'].join(', ');

/** State that views of one client share. */
interface Shared {
  connections: Map<string, RegistryConnection>;
  tagQueues: TagQueues;
}

/** A `ContentStore` over the OCI distribution API. All answers are untrusted: sizes are capped, digests checked. */
export class RegistryClient implements ContentStore {
  readonly #options: RegistryClientOptions;
  readonly #shared: Shared;

  constructor(options: RegistryClientOptions, shared?: Shared) {
    this.#options = { ...options, credentials: options.credentials ?? createCredentialSource() };
    this.#shared = shared ?? { connections: new Map(), tagQueues: new Map() };
  }

  /** The same client, whose requests also end with `signal`, rejecting with its reason. */
  withSignal(signal: AbortSignal): RegistryClient {
    const both = this.#options.signal ? AbortSignal.any([this.#options.signal, signal]) : signal;
    return new RegistryClient({ ...this.#options, signal: both }, this.#shared);
  }

  /** Closes idle connections; the client stays usable. */
  close(): void {
    for (const connection of this.#shared.connections.values()) connection.close();
  }

  async resolve(repository: string, reference: string): Promise<Descriptor> {
    const place = this.#place(repository);
    const response = await this.#manifestRequest(place, reference, 'HEAD');
    await discardBody(response);
    const digest = header(response, 'docker-content-digest') ?? (isDigest(reference) ? reference : undefined);
    const size = header(response, 'content-length');
    const mediaType = header(response, 'content-type');
    if (!digest || !isDigest(digest) || size === undefined || !mediaType) {
      return (await this.getManifest(repository, reference)).descriptor;
    }
    if (isDigest(reference) && digest !== reference) {
      throw new OciError('DigestMismatch', `${place.repository}@${reference} is answered with ${digest}`);
    }
    return { mediaType: bareType(mediaType), digest, size: Number(size) };
  }

  async getManifest(repository: string, reference: string): Promise<StoredManifest> {
    const place = this.#place(repository);
    const response = await this.#manifestRequest(place, reference, 'GET');
    const bytes = await readBody(response, maxManifestBytes).catch((error) => {
      throw isOciError(error, 'RegistryError') ? new OciError('ManifestTooLarge', error.message) : error;
    });
    const claimed = header(response, 'docker-content-digest');
    const digest = isDigest(reference)
      ? reference
      : claimed && isDigest(claimed)
        ? claimed
        : computeDigest(bytes);
    verifyDigest(bytes, digest, nameOf(place, reference));
    const type = header(response, 'content-type');
    const summary = parseManifest(bytes, type && bareType(type));
    return { descriptor: describeManifest(summary, digest, bytes.byteLength), bytes };
  }

  async putManifest(
    repository: string,
    reference: string,
    bytes: Uint8Array,
    mediaType: string,
    { replaces }: PutManifestOptions = {},
  ): Promise<Descriptor> {
    const place = this.#place(repository);
    const summary = parseManifest(bytes, mediaType);
    if (isDigest(reference)) verifyDigest(bytes, reference, 'the manifest');
    const digest = isDigest(reference) ? reference : computeDigest(bytes);
    const condition = typeof replaces === 'string' ? `"${replaces}"` : replaces;
    const response = await putManifestBytes(place, reference, bytes, mediaType, condition);
    if (response.status === 412) {
      throw new OciError('Conflict', `${nameOf(place, reference)} was changed meanwhile`, {
        hint: 'read it and try again',
      });
    }
    const descriptor = describeManifest(summary, digest, bytes.byteLength);
    const subject = summary.subject?.digest;
    // Some registries answer OCI-Subject without having the API, so the header alone is not believed.
    if (subject && !(header(response, 'oci-subject') && (await hasReferrersApi(place, subject)))) {
      await changeReferrersTag(place, this.#shared.tagQueues, subject, (index) =>
        addReferrer(index, descriptor),
      );
    }
    return descriptor;
  }

  async deleteManifest(repository: string, reference: string): Promise<void> {
    const place = this.#place(repository);
    const summary = await this.#referrerToDelete(place, reference);
    const response = await place.connection.send({
      method: 'DELETE',
      target: `${place.path}/manifests/${checkReference(reference)}`,
      access: { path: place.path, actions: 'pull,push,delete' },
      signal: this.#options.signal,
      expect: [202, 200, 204, 400],
      what: nameOf(place, reference),
      notFound: 'ManifestUnknown',
    });
    await discardBody(response);
    if (response.status === 400) {
      throw new OciError(
        'Unsupported',
        `${place.connection.host} does not delete ${nameOf(place, reference)}`,
        {
          hint: 'delete by digest: the registry does not remove tags alone',
        },
      );
    }
    const subject = summary?.subject?.digest;
    if (subject)
      await changeReferrersTag(place, this.#shared.tagQueues, subject, (index) =>
        removeReferrer(index, reference),
      );
  }

  async hasBlob(repository: string, digest: string): Promise<boolean> {
    const place = this.#place(repository);
    parseDigest(digest);
    const response = await this.#blobRequest(place, digest, 'HEAD', [200, 404]);
    await discardBody(response);
    return response.status === 200;
  }

  async getBlob(repository: string, digest: string): Promise<Uint8Array> {
    const limit = this.#options.maxBlobBytes ?? 128 * 1024 * 1024;
    const tooLarge = () =>
      new OciError('BlobTooLarge', `${repository}@${digest} exceeds ${limit} bytes`, {
        hint: 'this kind of content should be small; inspect the blob with skopeo',
      });
    return await collect(await this.streamBlob(repository, digest), limit, tooLarge);
  }

  async streamBlob(repository: string, digest: string): Promise<AsyncIterable<Uint8Array>> {
    const place = this.#place(repository);
    parseDigest(digest);
    const response = await this.#blobRequest(place, digest, 'GET', [200]);
    const length = header(response, 'content-length');
    const expected = { digest, ...(length !== undefined && { size: Number(length) }) };
    return verifyStream(asUnavailable(response, place), expected, nameOf(place, digest));
  }

  async putBlob(repository: string, content: Uint8Array): Promise<Descriptor> {
    const place = this.#place(repository);
    const digest = computeDigest(content);
    if (!(await this.hasBlob(repository, digest))) await uploadBytes(place, digest, content);
    return { mediaType: 'application/octet-stream', digest, size: content.byteLength };
  }

  async putBlobStream(
    repository: string,
    content: AsyncIterable<Uint8Array>,
    expected: { digest: string; size: number },
  ): Promise<void> {
    const place = this.#place(repository);
    if (await this.hasBlob(repository, expected.digest)) return;
    await uploadStream(place, content, expected, this.#options.chunkSize);
  }

  async mountBlob(repository: string, digest: string, from: string): Promise<boolean> {
    const place = this.#place(repository);
    const source = parseRepository(from);
    parseDigest(digest);
    if (source.host !== place.connection.host) return false;
    return await mount(place, digest, source.path);
  }

  async referrers(
    repository: string,
    digest: string,
    filter: { artifactType?: string } = {},
  ): Promise<Descriptor[]> {
    const place = this.#place(repository);
    parseDigest(digest);
    const { artifactType } = filter;
    const listed = await listReferrers(place, digest, artifactType);
    return artifactType ? listed.filter((descriptor) => descriptor.artifactType === artifactType) : listed;
  }

  async listTags(repository: string): Promise<string[]> {
    const place = this.#place(repository);
    const tags: string[] = [];
    for await (const page of readPages(place, `${place.path}/tags/list`, 'NameUnknown')) {
      const list: unknown = JSON.parse(page.toString('utf8'))?.tags ?? [];
      if (!Array.isArray(list))
        throw new OciError('RegistryError', `${place.connection.host} sent no list of tags`);
      for (const tag of list) if (typeof tag === 'string' && isTag(tag)) tags.push(tag);
    }
    return [...new Set(tags)].sort();
  }

  #place(repository: string): Place {
    const { host, path } = parseRepository(repository);
    let connection = this.#shared.connections.get(host);
    if (!connection) {
      const { hosts = {}, credentials = createCredentialSource(), retry = {} } = this.#options;
      connection = new RegistryConnection(resolveEndpoint(host, hosts[host]), credentials, retry);
      this.#shared.connections.set(host, connection);
    }
    return { connection, path, repository: `${host}/${path}`, signal: this.#options.signal };
  }

  #manifestRequest(place: Place, reference: string, method: 'GET' | 'HEAD'): Promise<TransportResponse> {
    return place.connection.send({
      method,
      target: `${place.path}/manifests/${checkReference(reference)}`,
      access: readAccess(place),
      headers: { Accept: accept },
      signal: this.#options.signal,
      expect: [200],
      what: nameOf(place, reference),
      notFound: 'ManifestUnknown',
    });
  }

  #blobRequest(
    place: Place,
    digest: string,
    method: 'GET' | 'HEAD',
    expect: readonly number[],
  ): Promise<TransportResponse> {
    return place.connection.send({
      method,
      target: `${place.path}/blobs/${digest}`,
      access: readAccess(place),
      signal: this.#options.signal,
      expect,
      what: nameOf(place, digest),
      notFound: 'BlobUnknown',
    });
  }

  /** The manifest about to be deleted, if a referrers tag may list it. */
  async #referrerToDelete(place: Place, reference: string): Promise<ManifestSummary | undefined> {
    if (!isDigest(reference) || place.connection.hasReferrersApi) return undefined;
    const { bytes } = await this.getManifest(place.repository, reference);
    const summary = parseManifest(bytes);
    const subject = summary.subject?.digest;
    if (!subject || (await hasReferrersApi(place, subject))) return undefined;
    return summary;
  }
}

/** A client for all registries, reached as `options.hosts` says. See `RegistryClient`. */
export function createRegistryClient(options: RegistryClientOptions = {}): RegistryClient {
  return new RegistryClient(options);
}

/** A connection that breaks while content is read, as `RegistryUnavailable`. */
async function* asUnavailable(response: TransportResponse, place: Place): AsyncGenerator<Uint8Array> {
  try {
    yield* response.body;
  } catch (error) {
    if (place.signal?.aborted) throw place.signal.reason;
    throw new OciError(
      'RegistryUnavailable',
      `${place.connection.host} broke off in the middle of the content`,
      {
        hint: 'try again; if it stays, the content may be damaged on the registry',
        cause: error,
      },
    );
  }
}

function bareType(contentType: string): string {
  return contentType.split(';', 1)[0]?.trim() ?? contentType;
}
