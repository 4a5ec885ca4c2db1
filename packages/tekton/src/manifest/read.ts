import type { KubeObject } from '@assay/kube';
import type { Document } from 'yaml';
import { isMap, isNode, isSeq } from 'yaml';
import type { FieldError } from '../validation/field-error.ts';
import type { Source } from './locate.ts';
import { findNode, parsePath, placeAt } from './locate.ts';
import type { ManifestProblem, Place } from './place.ts';
import { checkStructure, schemaOf, tektonKinds, withCanonicalFields } from './structure.ts';
import type { YamlStream } from './yaml-stream.ts';
import { parseYamlStream } from './yaml-stream.ts';

/** The objects of a file, and where their parts stand in it. */
export interface Manifest {
  file: string;
  /** In the order of the file. Objects with problems are left out. */
  objects: KubeObject[];
  /** What is wrong, in the order of the file. Empty when all objects could be read. */
  problems: ManifestProblem[];
  /** The deepest place that a path such as `spec.tasks[1].params[x].value` leads to in one of `objects`. */
  locate(objectIndex: number, path: string): Place;
  /** Validation errors of one of `objects`, each at its first path's place. */
  problemsOf(objectIndex: number, errors: readonly FieldError[]): ManifestProblem[];
}

const mostAliases = 100;

/**
 * Reads a stream of YAML or JSON documents as `kubectl apply` would: YAML 1.1 booleans and octal numbers, `List`
 * expanded, empty documents skipped. Untrusted text enters here: aliases are capped, and nothing is looked up.
 * Fields set to null count as absent in Tekton's kinds.
 */
export function readYamlManifest(text: string, file: string): Manifest {
  const stream = parseYamlStream(text);
  const reader = new Reader(stream, file);
  for (const document of stream.documents) reader.read(document);
  const { objects, sources, problems } = reader;
  const locate = (index: number, path: string): Place => {
    const source = sources[index];
    const node = source === undefined ? null : findNode(source, parsePath(path));
    return placeAt(node?.range?.[0] ?? 0, stream.counter, stream.lines);
  };
  return {
    file,
    objects,
    problems,
    locate,
    problemsOf: (index, errors) =>
      errors.map(({ message, paths, details, place, hint, shown }) => {
        const where = paths.length > 0 ? `${message}: ${paths.join(', ')}` : message;
        const problem = { file, ...locate(index, place ?? paths[0] ?? ''), message: shown ?? where };
        const remedy = hint ?? details;
        return remedy === undefined ? problem : { ...problem, hint: remedy };
      }),
  };
}

class Reader {
  readonly objects: KubeObject[] = [];
  readonly sources: Source[] = [];
  readonly problems: ManifestProblem[] = [];
  readonly #stream: YamlStream;
  readonly #file: string;

  constructor(stream: YamlStream, file: string) {
    this.#stream = stream;
    this.#file = file;
  }

  read(document: Document.Parsed): void {
    for (const { message, pos } of document.errors) this.#problem(message, pos[0]);
    if (document.errors.length > 0 || document.contents === null) return;
    let value: unknown;
    try {
      value = document.toJS({ maxAliasCount: mostAliases });
    } catch (error) {
      this.#problem(error instanceof Error ? error.message : String(error), document.range[0]);
      return;
    }
    if (value === null) return;
    this.#add({ document, root: document.contents }, value);
  }

  #add(source: Source, value: unknown): void {
    const start = source.root?.range?.[0] ?? 0;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.#problem('a Kubernetes object must be a map with apiVersion, kind and metadata', start);
      return;
    }
    const object = value as Record<string, unknown>;
    if (object.kind === 'List' && Array.isArray(object.items)) {
      this.#addItems(source, object.items);
      return;
    }
    for (const field of ['apiVersion', 'kind'] as const) {
      if (typeof object[field] === 'string' && object[field] !== '') continue;
      this.#problem(`${field} is missing`, start, 'every object needs apiVersion, kind and metadata');
      return;
    }
    this.#addObject(source, object as Record<string, unknown> & { apiVersion: string; kind: string });
  }

  #addItems(source: Source, values: unknown[]): void {
    const list = isMap(source.root) ? source.root.get('items', true) : undefined;
    for (const [index, value] of values.entries()) {
      const item = isSeq(list) ? list.items[index] : undefined;
      this.#add({ document: source.document, root: isNode(item) ? item : source.root }, value);
    }
  }

  #addObject(source: Source, object: Record<string, unknown> & { apiVersion: string; kind: string }): void {
    const tekton = object.apiVersion.startsWith('tekton.dev/');
    if (tekton && schemaOf(object.apiVersion, object.kind) === undefined) {
      const node = findNode(source, ['apiVersion']);
      const hint = `known here: ${tektonKinds.join(', ')}`;
      this.#problem(`no kind ${object.kind} in ${object.apiVersion}`, node?.range?.[0] ?? 0, hint);
      return;
    }
    const cleaned = tekton
      ? (withCanonicalFields(withoutNulls(object) as typeof object) as typeof object)
      : object;
    const found = checkStructure(cleaned);
    for (const { path, atKey, message, hint } of found) {
      this.#problem(message, findNode(source, path, atKey)?.range?.[0] ?? 0, hint);
    }
    if (found.length > 0) return;
    this.objects.push({ ...cleaned, metadata: cleaned.metadata ?? {} } as KubeObject);
    this.sources.push(source);
  }

  #problem(message: string, offset: number, hint?: string): void {
    const problem = {
      file: this.#file,
      ...placeAt(offset, this.#stream.counter, this.#stream.lines),
      message,
    };
    this.problems.push(hint === undefined ? problem : { ...problem, hint });
  }
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutNulls(item)]));
}
