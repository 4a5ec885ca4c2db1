import { crc32 } from 'node:zlib';

/** A row of `objects` or `events`, labels as they are written. */
export interface ChecksummedRow {
  resource: unknown;
  namespace: unknown;
  name: unknown;
  version: unknown;
  labels: unknown;
  body: unknown;
  /** Of objects. */
  uid?: unknown;
  /** Of events. */
  type?: unknown;
  /** Of events; null where there was nothing before. */
  previous_labels?: unknown;
}

/**
 * The checksum that a row has since schema 3: over all that it says, so that no object comes out under another's name, or
 * by another's labels. SQLite checks the structure of its pages, not their content.
 */
export function rowChecksum(row: ChecksummedRow): number {
  const { resource, namespace, name, version, labels, body, uid, type, previous_labels: previous } = row;
  const head = [resource, type ?? uid, namespace, name, version, labels, previous ?? ''].join('\0');
  return crc32(String(body), crc32(head));
}

/** The columns beside the checksum, by table. */
export const checksummedColumns = {
  objects: 'resource, namespace, name, uid, version, labels, body',
  events: 'resource, namespace, name, type, version, labels, previous_labels, body',
} as const;

/** The checksum of earlier schemas: of the body alone. */
export function bodyChecksum({ body }: { body?: unknown }): number {
  return crc32(String(body));
}
