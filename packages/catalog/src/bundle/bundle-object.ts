import { parseAllDocuments } from 'yaml';
import { CatalogError } from '../error.ts';

/** An object that a Tekton bundle can hold. */
export interface BundleObject {
  apiVersion: string;
  kind: string;
  name: string;
  /** From the label `app.kubernetes.io/version`. */
  version?: string;
  description?: string;
  object: Record<string, unknown>;
}

const kinds = ['Task', 'Pipeline', 'StepAction'];

/**
 * Reads the Tekton objects of a YAML file. Untrusted: whoever wrote the task.
 * @param place names the file in errors
 * @throws CatalogError InvalidTask
 */
export function readBundleObjects(text: string, place: string): BundleObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = 'errors' in document ? document.errors : [];
    if (error) throw new CatalogError('InvalidTask', `${place}: ${error.message.trim()}`);
    const object = content(document, place);
    return object === null || object === undefined ? [] : [describe(object, place)];
  });
}

function content(document: { toJS(options: { maxAliasCount: number }): unknown }, place: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new CatalogError('InvalidTask', `${place}: ${(cause as Error).message}`, { cause });
  }
}

function describe(object: unknown, place: string): BundleObject {
  const { apiVersion, kind, metadata, spec } = object as {
    apiVersion?: unknown;
    kind?: unknown;
    metadata?: { name?: unknown; labels?: Record<string, unknown> };
    spec?: { description?: unknown };
  };
  const name = metadata?.name;
  if (
    typeof apiVersion !== 'string' ||
    !apiVersion.startsWith('tekton.dev/') ||
    !kinds.includes(String(kind))
  )
    throw new CatalogError(
      'InvalidTask',
      `${place}: ${String(apiVersion)} ${String(kind)} cannot be bundled`,
      {
        hint: `a bundle holds ${kinds.join(', ')} of tekton.dev`,
      },
    );
  if (typeof name !== 'string' || name === '')
    throw new CatalogError('InvalidTask', `${place}: the ${String(kind)} has no metadata.name`);
  const version = metadata?.labels?.['app.kubernetes.io/version'];
  const description = spec?.description;
  return {
    ...{ apiVersion, kind: String(kind), name, object: object as Record<string, unknown> },
    ...(version !== undefined && { version: String(version) }),
    ...(typeof description === 'string' && { description: description.trim() }),
  };
}
