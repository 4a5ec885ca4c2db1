/** in-toto attestation v1, "ResourceDescriptor": at least one of uri, digest, content. */
export interface ResourceDescriptor {
  name?: string;
  uri?: string;
  /** Algorithm to lower-case hex. */
  digest?: Record<string, string>;
  /** Base64. */
  content?: string;
  downloadLocation?: string;
  mediaType?: string;
  annotations?: Record<string, unknown>;
}

/** in-toto Statement, v1 or v0.1 (there, subjects have a name and a digest). */
export interface Statement<Predicate = Record<string, unknown>> {
  _type: string;
  subject: ResourceDescriptor[];
  predicateType: string;
  predicate: Predicate;
}

export const statementTypes = {
  v1: 'https://in-toto.io/Statement/v1',
  v01: 'https://in-toto.io/Statement/v0.1',
} as const;

export const predicateTypes = {
  slsaProvenance1: 'https://slsa.dev/provenance/v1',
  slsaProvenance02: 'https://slsa.dev/provenance/v0.2',
  /** What `cosign sign` writes since version 3: a statement that says no more than its subject. */
  cosignSign: 'https://sigstore.dev/cosign/sign/v1',
} as const;

/** The payload type of an envelope around a Statement. */
export const statementPayloadType = 'application/vnd.in-toto+json';

/** The statement that stands for "this image is signed" in a bundle. `digest` is `sha256:<hex>`. */
export function imageSignatureStatement(digest: string): Statement {
  return {
    _type: statementTypes.v1,
    subject: [{ digest: digestSet(digest) }],
    predicateType: predicateTypes.cosignSign,
    predicate: {},
  };
}

/** `sha256:<hex>` as `{ sha256: <hex> }`. */
export function digestSet(digest: string): Record<string, string> {
  const colon = digest.indexOf(':');
  return { [digest.slice(0, colon)]: digest.slice(colon + 1) };
}

/** True when one of the statement's subjects is the artifact with this digest (`sha256:<hex>`). */
export function hasSubject(statement: Statement, digest: string): boolean {
  const colon = digest.indexOf(':');
  const algorithm = digest.slice(0, colon);
  const hex = digest.slice(colon + 1);
  return hex !== '' && statement.subject.some((subject) => subject.digest?.[algorithm] === hex);
}

/** The bytes to be signed: JSON without white space, members in the order they were built. */
export function encodeStatement(statement: Statement): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(statement));
}
