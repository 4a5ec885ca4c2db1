import { KubeError } from '../error.ts';

/** How a response is written: plain objects, or a transformation of them that the client asked for. */
export type Representation =
  | { as: 'Object' }
  | { as: 'Table'; apiVersion: string }
  | { as: 'PartialObjectMetadata'; apiVersion: string };

/** One range of an Accept header. */
interface MediaRange {
  type: string;
  parameters: Record<string, string>;
  quality: number;
}

const plain: Representation = { as: 'Object' };
const known = new Map<string, Representation>();
/** Headers are the requester's: what is remembered of them is bounded. */
const maxKnown = 200;

/** The ranges of an Accept header in the order of preference. The header is the requester's. */
export function mediaRanges(header: string): MediaRange[] {
  return header
    .split(',')
    .map((part) => {
      const [type = '', ...rest] = part.split(';').map((text) => text.trim());
      const parameters: Record<string, string> = Object.fromEntries(
        rest.map((text) => {
          const at = text.indexOf('=');
          return at < 0 ? [text, ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
        }),
      );
      const quality = Number(parameters.q ?? 1);
      return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 0 : quality };
    })
    .filter((range) => range.type !== '' && range.quality > 0)
    .sort((a, b) => b.quality - a.quality);
}

function isJson(type: string): boolean {
  return type === 'application/json' || type === '*/*' || type === 'application/*';
}

function represent({ type, parameters }: MediaRange): Representation | undefined {
  if (!isJson(type)) return undefined;
  const { as, v, g } = parameters;
  if (as === undefined) return plain;
  if (g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1')) return undefined;
  const apiVersion = `${g}/${v}`;
  if (as === 'Table') return { as, apiVersion };
  if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') {
    return { as: 'PartialObjectMetadata', apiVersion };
  }
  return undefined;
}

/**
 * What the Accept header asks for that can be given: the first range that is JSON. Protobuf and CBOR are not served, so a client
 * that lists JSON too gets that. @throws KubeError NotAcceptable
 */
export function negotiate(header: string | undefined): Representation {
  if (!header || header === 'application/json' || header === '*/*') return plain;
  const found = known.get(header);
  if (found) return found;
  for (const range of mediaRanges(header)) {
    const representation = represent(range);
    if (!representation) continue;
    if (known.size >= maxKnown) known.clear();
    known.set(header, representation);
    return representation;
  }
  throw notAcceptable();
}

export function notAcceptable(): KubeError {
  return new KubeError(
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/json;stream=watch',
  );
}
