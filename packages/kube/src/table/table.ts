import type { KubeObject, PrinterColumn, ResourceType } from '../object.ts';
import { ageColumn } from './age-column.ts';
import { ago } from './human-duration.ts';
import { parseJsonPath } from './json-path.ts';

/** What of its object a row of a Table carries. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

type Cell = string | number | boolean | null;

interface ReadyColumn {
  definition: object;
  cell(object: KubeObject, now: number): Cell;
}

const nameColumn: PrinterColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  jsonPath: '.metadata.name',
  description: 'The name of the object.',
};

const ready = new WeakMap<ResourceType, ReadyColumn[]>();

function columnsOf(resource: ResourceType): ReadyColumn[] {
  let columns = ready.get(resource);
  if (!columns) {
    const given = resource.columns ?? [ageColumn];
    const all = given.some((column) => column.format === 'name') ? given : [nameColumn, ...given];
    columns = all.map(prepare);
    ready.set(resource, columns);
  }
  return columns;
}

function prepare(column: PrinterColumn): ReadyColumn {
  const { name, type, format = '', description = '', priority = 0 } = column;
  const definition = { name, type: type === 'date' ? 'string' : type, format, description, priority };
  if (column.cell) {
    const { cell } = column;
    return { definition: { ...definition, type }, cell: (object, now) => cell(object, now) };
  }
  const find = parseJsonPath(column.jsonPath ?? '');
  return {
    definition: { ...definition, type },
    cell(object, now) {
      const [found] = find(object);
      if (type === 'date') return found === undefined ? '<unknown>' : ago(found, now);
      return plain(found, type);
    },
  };
}

function plain(value: unknown, type: PrinterColumn['type']): Cell {
  if (value === undefined || value === null) return type === 'string' ? '' : null;
  if (typeof value === 'object') return JSON.stringify(value);
  if (type === 'integer' || type === 'number') return Number(value);
  return type === 'boolean' ? value === true || value === 'true' : String(value);
}

export interface TableOptions {
  /** `meta.k8s.io/v1` or `/v1beta1`. */
  apiVersion: string;
  includeObject: IncludeObject;
  /** Milliseconds. */
  now: number;
  /** False leaves the columns' definitions out, as in later events of a watch. @default true */
  withColumns?: boolean;
  metadata?: object;
}

/** The objects, given as their JSON text, as a `meta.k8s.io` Table with the resource's columns. */
export function tableOf(resource: ResourceType, bodies: readonly string[], options: TableOptions): string {
  const columns = columnsOf(resource);
  const { apiVersion, now, includeObject, withColumns = true } = options;
  const rows = bodies.map((body) => {
    const object = JSON.parse(body) as KubeObject;
    const cells = JSON.stringify(columns.map((column) => column.cell(object, now)));
    return `{"cells":${cells}${rowObject(object, body, apiVersion, includeObject)}}`;
  });
  const head = JSON.stringify({
    kind: 'Table',
    apiVersion,
    metadata: options.metadata ?? {},
    columnDefinitions: withColumns ? columns.map((column) => column.definition) : null,
  });
  return `${head.slice(0, -1)},"rows":[${rows.join(',')}]}`;
}

function rowObject(object: KubeObject, body: string, apiVersion: string, include: IncludeObject): string {
  if (include === 'None') return '';
  if (include === 'Object') return `,"object":${body}`;
  return `,"object":${partialMetadata(object, apiVersion)}`;
}

/** The object as `PartialObjectMetadata`: its metadata alone. */
export function partialMetadata(object: KubeObject, apiVersion: string): string {
  return JSON.stringify({ kind: 'PartialObjectMetadata', apiVersion, metadata: object.metadata });
}
