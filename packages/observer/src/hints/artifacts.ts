import type { RunResult } from '@assay/tekton';
import { parseHintDigest } from './hint-digest.ts';
import { type HintImage, parseHintImage } from './image-name.ts';
import { ignoreWarnings, quote, type Warn } from './warning.ts';

/** An artifact as a hint names it: both texts are the build's own, unchanged. */
export interface HintArtifact {
  uri: string;
  /** `<algorithm>:<hex>` */
  digest: string;
}

const inputs = 'ARTIFACT_INPUTS';
const outputs = 'ARTIFACT_OUTPUTS';
const imageUrl = 'IMAGE_URL';
const imageDigest = 'IMAGE_DIGEST';
const images = 'IMAGES';
/** Bounds on what a build may say in one run. */
const maxTextLength = 4096;
const maxImages = 1000;

/** The text of a param or result; empty when it is a list, a map or absent. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** `*ARTIFACT_INPUTS` objects with a uri and a valid digest, in result order. */
export function artifactInputs(results: readonly RunResult[], warn: Warn = ignoreWarnings): HintArtifact[] {
  return structured(results, inputs, warn);
}

/** `*ARTIFACT_OUTPUTS` objects with a uri and a valid digest, in result order. */
export function artifactOutputs(results: readonly RunResult[], warn: Warn = ignoreWarnings): HintArtifact[] {
  return structured(results, outputs, warn);
}

/** Those of the outputs that say `isBuildArtifact: "true"`. */
export function buildArtifacts(results: readonly RunResult[], warn: Warn = ignoreWarnings): HintArtifact[] {
  return structured(
    results.filter((result) => claimsBuildArtifact(result)),
    outputs,
    warn,
  );
}

/** `*ARTIFACT_URI` and `*ARTIFACT_DIGEST` pairs, in the order in which the first half of each came. */
export function artifactPairs(results: readonly RunResult[], warn: Warn = ignoreWarnings): HintArtifact[] {
  return pairs(results, 'ARTIFACT_URI', 'ARTIFACT_DIGEST', warn).flatMap(({ marker, artifact }) => {
    if (parseHintDigest(artifact.digest) !== undefined) return [artifact];
    warn({ name: `${marker}ARTIFACT_DIGEST`, message: `${quote(artifact.digest)} is not a digest` });
    return [];
  });
}

/**
 * The OCI images among the results: `*IMAGE_URL` and `*IMAGE_DIGEST` pairs, `IMAGES`, then build artifacts that are
 * named like an image; each once.
 */
export function hintedImages(results: readonly RunResult[], warn: Warn = ignoreWarnings): HintImage[] {
  const found = new Map<string, HintImage>();
  const add = (name: string, text: string, isImage = true) => {
    const image = parseHintImage(text);
    if (image !== undefined) found.set(`${image.repository}@${image.digest}`, image);
    else if (isImage) warn({ name, message: `${quote(text)} is not an image with a sha256 digest` });
  };
  for (const { marker, artifact } of pairs(results, imageUrl, imageDigest, warn)) {
    add(`${marker}${imageUrl}`, `${artifact.uri}@${artifact.digest}`);
  }
  for (const result of results) {
    if (result.name !== images) continue;
    const list = textOf(result.value)
      .split(/[\n,]/)
      .map((item) => item.trim())
      .filter((item) => item !== '');
    if (list.length > maxImages) warn({ name: images, message: `only the first ${maxImages} images count` });
    for (const item of list.slice(0, maxImages)) add(images, item);
  }
  for (const artifact of buildArtifacts(results)) add(outputs, `${artifact.uri}@${artifact.digest}`, false);
  return [...found.values()];
}

/**
 * True for a result that SLSA byproducts leave out in format v2alpha4, because it names an image, is a build
 * artifact, or claims to be one and is malformed.
 */
export function isArtifactResult(result: RunResult): boolean {
  if (result.name === images || result.name.endsWith(imageUrl) || result.name.endsWith(imageDigest))
    return true;
  return result.name.endsWith(outputs) && (!isMap(result.value) || claimsBuildArtifact(result));
}

function claimsBuildArtifact(result: RunResult): boolean {
  return result.name.endsWith(outputs) && isMap(result.value) && result.value.isBuildArtifact === 'true';
}

function structured(results: readonly RunResult[], suffix: string, warn: Warn): HintArtifact[] {
  return results.flatMap((result) => {
    if (!result.name.endsWith(suffix)) return [];
    const fault = structureFault(result.value);
    if (fault !== undefined) {
      warn({ name: result.name, message: fault });
      return [];
    }
    const { uri, digest } = result.value as Record<string, string>;
    return [{ uri: uri ?? '', digest: digest ?? '' }];
  });
}

function structureFault(value: unknown): string | undefined {
  if (!isMap(value)) return 'is not an object with uri and digest';
  if (textOf(value.uri) === '') return 'has no uri';
  if (textOf(value.uri).length > maxTextLength) return `has a uri longer than ${maxTextLength} characters`;
  if (textOf(value.digest) === '') return 'has no digest';
  if (parseHintDigest(textOf(value.digest)) === undefined)
    return `${quote(textOf(value.digest))} is not a digest`;
  return undefined;
}

/** Joins halves by the text before their suffix; the last non-empty value of a half counts. */
function pairs(
  results: readonly RunResult[],
  uriSuffix: string,
  digestSuffix: string,
  warn: Warn,
): { marker: string; artifact: HintArtifact }[] {
  const halves = new Map<string, HintArtifact>();
  for (const { name, value } of results) {
    const half = name.endsWith(uriSuffix) ? 'uri' : name.endsWith(digestSuffix) ? 'digest' : undefined;
    const text = textOf(value).trim();
    if (half === undefined || text === '') continue;
    if (text.length > maxTextLength) {
      warn({ name, message: `is longer than ${maxTextLength} characters` });
      continue;
    }
    const marker = name.slice(0, -(half === 'uri' ? uriSuffix : digestSuffix).length);
    const artifact = halves.get(marker) ?? { uri: '', digest: '' };
    artifact[half] = text;
    halves.set(marker, artifact);
  }
  return [...halves].flatMap(([marker, artifact]) => {
    if (artifact.uri !== '' && artifact.digest !== '') return [{ marker, artifact }];
    const missing = artifact.uri === '' ? uriSuffix : digestSuffix;
    warn({ name: `${marker}${missing}`, message: 'is missing, so the other half of the pair is not used' });
    return [];
  });
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
