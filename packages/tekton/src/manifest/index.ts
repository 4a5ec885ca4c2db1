import type { KubeObject } from '@assay/kube';
import type { Manifest } from './read.ts';

export type { ManifestProblem, Place } from './place.ts';
export { formatProblem, manifestError } from './place.ts';
export type { Manifest } from './read.ts';
export { nearest } from './suggest.ts';

/**
 * Reads a stream of YAML or JSON documents into objects; `file` is the name to use in messages. Never throws on bad
 * content: see `problems`. The YAML and schema libraries are loaded on first use.
 */
export async function readManifest(text: string, file = '-'): Promise<Manifest> {
  const { readYamlManifest } = await import('./read.ts');
  return readYamlManifest(text, file);
}

/** One message for each unknown field and wrong type of an object that did not come from a file. */
export async function structureErrors(object: KubeObject): Promise<string[]> {
  const { checkStructure } = await import('./structure.ts');
  return checkStructure({ ...object }).map(({ message, hint }) => (hint ? `${message} (${hint})` : message));
}

/** The JSON Schema of each Tekton kind, by `apiVersion Kind`. The schema library is loaded on first use. */
export async function tektonJsonSchemas(): Promise<Map<string, unknown>> {
  const { jsonSchemasOfKinds } = await import('./json-schemas.ts');
  return jsonSchemasOfKinds();
}
