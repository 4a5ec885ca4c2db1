/** An image that a build says it made. */
export interface HintImage {
  /** Normalised: registry host always there, no tag. */
  repository: string;
  /** `sha256:<hex>` */
  digest: string;
}

const dockerHub = 'index.docker.io';

/**
 * Reads `<name>[:<tag>]@sha256:<hex>` the way Tekton Chains names images: the tag goes, a name without registry is
 * Docker Hub's, spelled with its index host. Undefined when the text is no such reference.
 */
export function parseHintImage(text: string): HintImage | undefined {
  const parts = text.split('@');
  const [base = '', digest = ''] = parts;
  if (parts.length !== 2 || !/^sha256:[a-f0-9]{64}$/.test(digest)) return undefined;
  const colon = base.lastIndexOf(':');
  const hasTag =
    colon > base.lastIndexOf('/') && /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(base.slice(colon + 1));
  const repository = normaliseRepository(hasTag ? base.slice(0, colon) : base);
  return repository === undefined ? undefined : { repository, digest };
}

function normaliseRepository(name: string): string | undefined {
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  const hasHost = first.includes('.') || first.includes(':') || first === 'localhost';
  let host = hasHost ? first : dockerHub;
  let path = hasHost ? name.slice(slash + 1) : name;
  if (host === 'docker.io') host = dockerHub;
  if (!/^([A-Za-z0-9._~-]+|\[[0-9a-fA-F:.]+\])(:\d+)?$/.test(host)) return undefined;
  if (!/^[a-z0-9_\-./]{2,255}$/.test(path)) return undefined;
  if (host === dockerHub && !path.includes('/')) path = `library/${path}`;
  return `${host}/${path}`;
}
