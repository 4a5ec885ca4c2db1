import type { KubeObject } from '@assay/kube';

/** Lists of named things: who has no name is called "". */
const named = new Set(['params', 'results', 'workspaces', 'tasks', 'finally', 'sidecars']);
/** Lists and maps of which Go's types do not tell empty from absent. */
const omitted = new Set([...named, 'properties', 'steps', 'when', 'include', 'volumes', 'env', 'enum']);
/** Values of the user's own, which are no part of an object's shape. */
const opaque = new Set(['value', 'default', 'values', 'podTemplate', 'annotations', 'labels']);

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEmpty = (value: unknown): boolean =>
  Array.isArray(value) ? value.length === 0 : isFields(value) && Object.keys(value).length === 0;

function read(value: unknown, key: string): unknown {
  if (opaque.has(key)) return value;
  if (Array.isArray(value)) {
    return value.map((item: unknown) => {
      const own = read(item, '');
      return named.has(key) && isFields(own) && own.name === undefined ? { ...own, name: '' } : own;
    });
  }
  if (!isFields(value)) return value;
  const kept = Object.entries(value).filter(([field, item]) => !(omitted.has(field) && isEmpty(item)));
  return Object.fromEntries(kept.map(([field, item]) => [field, read(item, field)]));
}

/** An object of Tekton's as its webhook sees it after reading it into Go's types: what is empty there is absent here. */
export function asGoReads<T extends KubeObject>(object: T): T {
  const { spec } = object as T & { spec?: unknown };
  return spec === undefined ? object : { ...object, spec: read(spec, 'spec') };
}
