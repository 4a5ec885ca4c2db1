import type { RegoType } from '@assay/rego';

/** The types that Conforma declares for its functions, so that a misspelt member is found when a policy is compiled. */
export const text: RegoType = { type: 'string' };
export const truth: RegoType = { type: 'boolean' };
export const anything: RegoType = { type: 'any' };
const number: RegoType = { type: 'number' };

export function listOf(dynamic: RegoType): RegoType {
  return { type: 'array', dynamic };
}

export function mapOf(value: RegoType): RegoType {
  return { type: 'object', dynamic: { key: text, value } };
}

export function record(members: Record<string, RegoType>): RegoType {
  return { type: 'object', static: Object.entries(members).map(([key, value]) => ({ key, value })) };
}

const platform = record({
  architecture: text,
  os: text,
  'os.version': text,
  'os.features': listOf(text),
  variant: text,
  features: listOf(text),
});

const described = {
  mediaType: text,
  size: number,
  digest: text,
  data: text,
  urls: listOf(text),
  annotations: mapOf(text),
  artifactType: text,
  platform,
};
export const descriptor = record(described);

export const imageManifest = record({
  schemaVersion: number,
  mediaType: text,
  config: descriptor,
  layers: listOf(descriptor),
  annotations: mapOf(text),
  subject: descriptor,
});

export const imageIndex = record({
  schemaVersion: number,
  mediaType: text,
  manifests: listOf(descriptor),
  annotations: mapOf(text),
  subject: descriptor,
});

export const referrer = record({
  mediaType: text,
  size: number,
  digest: text,
  artifactType: text,
  annotations: mapOf(text),
  ref: text,
});

export const signature = record({
  keyid: text,
  signature: text,
  certificate: text,
  chain: listOf(text),
  metadata: mapOf(text),
});
