import { readFileSync } from 'node:fs';
import { formatReference, parseReference } from '@assay/oci';
import { parse } from 'yaml';
import { CliError } from '../error.ts';

/** Replaces the reference that a step names by the one to run. */
export type ImageMap = (reference: string) => string;

/**
 * Reads `--image-map`: YAML of patterns to references, the first that matches wins. A pattern is a whole reference in
 * which `*` stands for any text; both sides may leave out what Docker does (`docker.io/library/`, `:latest`).
 * @throws CliError Usage when the file is not such a map
 */
export function loadImageMap(file: string): ImageMap {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(
      'Usage',
      `cannot read the image map ${file}: ${(error as NodeJS.ErrnoException).code}`,
      {
        hint: 'give --image-map a YAML file of "pattern": "reference" lines',
        cause: error,
      },
    );
  }
  return parseImageMap(text, file);
}

/** `loadImageMap` of a text. */
export function parseImageMap(text: string, file = 'image map'): ImageMap {
  let map: unknown;
  try {
    map = parse(text);
  } catch (error) {
    throw new CliError('Usage', `${file} is not YAML: ${(error as Error).message}`, { cause: error });
  }
  const entries =
    typeof map === 'object' && map !== null && !Array.isArray(map) ? Object.entries(map) : undefined;
  if (!entries?.every(([, target]) => typeof target === 'string')) {
    throw new CliError('Usage', `${file} is not a map of patterns to references`, {
      hint: 'write lines such as "docker.io/library/alpine:*": "localhost/toolbox"',
    });
  }
  const rules = entries.map(([pattern, target]) => ({
    pattern: patternExpression(pattern),
    target: target as string,
  }));
  return (reference) => {
    const name = canonical(reference);
    return rules.find(({ pattern }) => pattern.test(name))?.target ?? reference;
  };
}

function canonical(reference: string, latest = true): string {
  try {
    const parsed = parseReference(reference);
    return formatReference(latest && !parsed.tag && !parsed.digest ? { ...parsed, tag: 'latest' } : parsed);
  } catch {
    return reference;
  }
}

function patternExpression(pattern: string): RegExp {
  // A star is legal in no reference, so a letter can stand for it while Docker's abbreviations are written out.
  const placeholder = 'assay-any';
  const completed = canonical(pattern.replaceAll('*', placeholder), !pattern.endsWith('*'));
  const escaped = completed.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(placeholder, '.*');
  return new RegExp(`^${escaped}$`);
}
