import type { Artifact } from '../types/status.ts';
import type { Replacements } from '../variables/replacements.ts';
import { ReplacementsBuilder } from '../variables/replacements.ts';

/** What a step or a Task says that it used and made. */
export interface Artifacts {
  inputs?: Artifact[];
  outputs?: Artifact[];
}

/**
 * Reads an artifacts file, `{inputs, outputs: [{name, buildOutput, values: [{uri, digest}]}]}`. Untrusted text: members
 * that are not known are dropped.
 * @returns undefined when it is something else
 * @see https://tekton.dev/docs/pipelines/artifacts/
 */
export function parseArtifacts(text: string): Artifacts | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isMap(json)) return undefined;
  const artifacts: Artifacts = {};
  for (const kind of ['inputs', 'outputs'] as const) {
    const list = json[kind];
    if (list === undefined || list === null) continue;
    if (!Array.isArray(list) || !list.every(isArtifact)) return undefined;
    artifacts[kind] = list.map(({ name, buildOutput, values }) => ({
      ...(name !== undefined && { name }),
      ...(buildOutput !== undefined && { buildOutput }),
      // The order of members and digests is the one in which Tekton writes them, whatever the step's was.
      ...(values && {
        values: values.map(({ digest, uri }) => ({
          ...(digest && { digest: sorted(digest) }),
          ...(uri && { uri }),
        })),
      }),
    }));
  }
  return artifacts;
}

/** `<prefix>.inputs.<name>` and `<prefix>.outputs.<name>`, each the JSON text of the artifact's values. */
export function artifactReplacements(prefix: string, artifacts: Artifacts): Replacements {
  const replacements = new ReplacementsBuilder();
  for (const kind of ['inputs', 'outputs'] as const) {
    for (const { name, values } of artifacts[kind] ?? [])
      replacements.text(`${prefix}.${kind}.${name}`, JSON.stringify(values ?? []));
  }
  return replacements;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isArtifact(value: unknown): value is Artifact {
  if (!isMap(value)) return false;
  const { name, buildOutput, values } = value;
  return (
    isTextOrAbsent(name) &&
    (buildOutput === undefined || typeof buildOutput === 'boolean') &&
    (values === undefined || (Array.isArray(values) && values.every(isArtifactValue)))
  );
}

function isArtifactValue(value: unknown): boolean {
  if (!isMap(value) || !isTextOrAbsent(value.uri)) return false;
  const { digest } = value;
  return (
    digest === undefined || (isMap(digest) && Object.values(digest).every((hex) => typeof hex === 'string'))
  );
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function sorted(digest: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(digest).sort(([a], [b]) => (a < b ? -1 : 1)));
}
