import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KubeError } from '../error.ts';
import type { KubeObject, ResourceType } from '../object.ts';
import { apiVersionOf } from '../resource.ts';
import { type IncludeObject, partialMetadata, tableOf } from '../table/table.ts';
import type { Representation } from './accept.ts';
import { listBody } from './list-request.ts';

const compress = promisify(gzip);
/** As Kubernetes: less is not worth the work. */
const minCompressed = 128 * 1024;

/** How one response shows objects, which come as JSON text. */
export interface Presentation {
  resource: ResourceType;
  representation: Representation;
  includeObject: IncludeObject;
  now(): number;
}

export function includeObject(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject') || 'Metadata';
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value;
  throw new KubeError('BadRequest', `unrecognized includeObject value: ${JSON.stringify(value)}`);
}

/** The object at the version it is served at: what is stored begins with its apiVersion. */
export function servedBody(resource: ResourceType, body: string): string {
  const head = `{"apiVersion":${JSON.stringify(apiVersionOf(resource))},`;
  return body.startsWith(head) ? body : body.replace(/^\{"apiVersion":"[^"]*",/, head);
}

/** One object, as asked for. */
export function presentObject(how: Presentation, body: string): string {
  const { resource, representation } = how;
  const served = servedBody(resource, body);
  switch (representation.as) {
    case 'Object':
      return served;
    case 'Table': {
      const { metadata } = JSON.parse(served) as KubeObject;
      return presentTable(how, [served], { resourceVersion: metadata.resourceVersion });
    }
    case 'PartialObjectMetadata':
      return partialMetadata(JSON.parse(served) as KubeObject, representation.apiVersion);
  }
}

/** A list of objects, as asked for. */
export function presentList(how: Presentation, bodies: readonly string[], metadata: object): string {
  const { resource, representation } = how;
  const served = bodies.map((body) => servedBody(resource, body));
  switch (representation.as) {
    case 'Object':
      return listBody(resource, metadata, served);
    case 'Table':
      return presentTable(how, served, metadata);
    case 'PartialObjectMetadata': {
      const { apiVersion } = representation;
      const head = JSON.stringify({ kind: 'PartialObjectMetadataList', apiVersion, metadata });
      const items = served.map((body) => partialMetadata(JSON.parse(body) as KubeObject, apiVersion));
      return `${head.slice(0, -1)},"items":[${items.join(',')}]}`;
    }
  }
}

/** Rows of a Table; its columns are told with the first of a watch only. */
export function presentTable(
  how: Presentation,
  bodies: readonly string[],
  metadata: object,
  withColumns = true,
): string {
  const { resource, representation, includeObject } = how;
  const apiVersion = 'apiVersion' in representation ? representation.apiVersion : 'meta.k8s.io/v1';
  return tableOf(resource, bodies, { apiVersion, includeObject, now: how.now(), metadata, withColumns });
}

/** Sends JSON text, compressed when it is large and the requester can read that. */
export async function sendJson(
  request: FastifyRequest,
  reply: FastifyReply,
  body: string,
  code = 200,
): Promise<FastifyReply> {
  reply.code(code).type('application/json');
  const compressible =
    body.length >= minCompressed && /\bgzip\b/.test(`${request.headers['accept-encoding']}`);
  if (!compressible) return reply.send(body);
  reply.header('content-encoding', 'gzip').header('vary', 'Accept-Encoding');
  return reply.send(await compress(body, { level: 1 }));
}
