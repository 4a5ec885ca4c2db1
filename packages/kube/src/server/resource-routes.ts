import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../clock.ts';
import { KubeError } from '../error.ts';
import type { ResourceType } from '../object.ts';
import { resourceId } from '../resource.ts';
import type { Store } from '../store/store.ts';
import type { StoreClient } from '../store/store-client.ts';
import { parseResourcePath, type ResourcePath } from '../wire/resource-path.ts';
import { deletedStatus } from '../wire/status.ts';
import { listBody, listParameters, selectorParameters } from './list-request.ts';
import { deleteOptions, patchFunction } from './request-body.ts';
import { streamWatch } from './watch-stream.ts';

export interface ResourceRoutesOptions {
  store: Store;
  clock: Clock;
  bookmarkIntervalMs: number;
  /** Ends the open watches. */
  signal: AbortSignal;
}

/** One request, its path understood. */
interface Call {
  request: FastifyRequest;
  reply: FastifyReply;
  client: StoreClient;
  resource: ResourceType;
  path: ResourcePath;
  namespace: string;
  query: URLSearchParams;
}

/** The error for a path that nothing serves. */
export function notServed(url: string): KubeError {
  return new KubeError(
    'NotFound',
    `the server could not find the requested resource: ${url} is not served here`,
  );
}

/**
 * Serves every resource of the store under `/api` and `/apis`. Wildcard routes, so that any more specific route of
 * the host comes first.
 */
export function addResourceRoutes(app: FastifyInstance, options: ResourceRoutesOptions): void {
  for (const url of ['/api/*', '/apis/*']) {
    app.route({
      method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      url,
      handler: (request, reply) => handle(request, reply, options),
    });
  }
}

async function handle(
  request: FastifyRequest,
  reply: FastifyReply,
  options: ResourceRoutesOptions,
): Promise<unknown> {
  const { pathname, searchParams: query } = new URL(request.url, 'http://localhost');
  const path = parseResourcePath(pathname);
  const resource = path && options.store.resources.find(path.group, path.version, path.plural);
  if (!path || !resource || (path.namespace !== undefined && !resource.namespaced)) throw notServed(pathname);
  const client = options.store.client(request.identity);
  const call = { request, reply, client, resource, path, namespace: path.namespace ?? '', query };
  if (path.name === undefined) return collection(call, options);
  if (resource.namespaced && path.namespace === undefined) throw notServed(pathname);
  if (path.subresource === undefined) return single(call, path.name);
  if (path.subresource === 'status' && resource.hasStatus) return status(call, path.name);
  throw notServed(pathname);
}

function send(reply: FastifyReply, body: string, code = 200): FastifyReply {
  return reply.code(code).type('application/json').send(body);
}

function methodNotAllowed({ request, path }: Call): KubeError {
  return new KubeError(
    'MethodNotAllowed',
    `${request.method} is not supported on ${path.name ? 'this object' : 'this collection'}`,
  );
}

function isTrue(value: string | null): boolean {
  return value !== null && value !== '0' && value !== 'false';
}

async function collection(call: Call, options: ResourceRoutesOptions): Promise<unknown> {
  const { request, reply, client, resource, path, query } = call;
  switch (request.method) {
    case 'GET': {
      if (isTrue(query.get('watch'))) return watch(call, options);
      const { options: selectors, paging } = listParameters(query, path.namespace, options.store.version);
      return send(reply, listBody(resource, client.listPage(resource, selectors, paging)));
    }
    case 'POST': {
      if (resource.namespaced && path.namespace === undefined) throw methodNotAllowed(call);
      const stored = await client.createBody(resource, placed(call, request.body, undefined));
      return send(reply, stored.body, 201);
    }
    default:
      throw methodNotAllowed(call);
  }
}

async function watch(call: Call, options: ResourceRoutesOptions): Promise<void> {
  const { reply, client, resource, path, query } = call;
  const resourceVersion = query.get('resourceVersion') ?? '';
  const { initial, stream } = client.openWatch(resource, {
    ...selectorParameters(query, path.namespace),
    ...(resourceVersion !== '' && resourceVersion !== '0' && { resourceVersion }),
  });
  const seconds = Number(query.get('timeoutSeconds') ?? 0);
  const closed = new AbortController();
  const cancelTimeout =
    seconds > 0 && seconds < 1e6 ? options.clock.setTimer(() => closed.abort(), seconds * 1000) : () => {};
  reply.raw.once('close', () => closed.abort());
  reply.hijack();
  await streamWatch(reply.raw, {
    resource,
    initial,
    stream,
    bookmarks: isTrue(query.get('allowWatchBookmarks')),
    bookmarkIntervalMs: options.bookmarkIntervalMs,
    clock: options.clock,
    signal: AbortSignal.any([closed.signal, options.signal]),
  });
  cancelTimeout();
}

async function single(call: Call, name: string): Promise<unknown> {
  const { request, reply, client, resource, namespace, query } = call;
  switch (request.method) {
    case 'GET':
      return send(reply, client.getBody(resource, namespace, name).body);
    case 'PUT': {
      const object = placed(call, request.body, name);
      return send(reply, (await client.modify(resource, namespace, name, 'update', () => object)).body);
    }
    case 'PATCH': {
      const apply = patchFunction(request.headers['content-type'], request.body);
      return send(reply, (await client.modify(resource, namespace, name, 'patch', apply)).body);
    }
    case 'DELETE': {
      const { object, gone } = await client.remove(
        resource,
        namespace,
        name,
        deleteOptions(request.body, query),
      );
      if (!gone) return send(reply, object.body);
      return reply.send(
        deletedStatus({ name, group: resource.group, kind: resource.plural, uid: object.uid }),
      );
    }
    default:
      throw methodNotAllowed(call);
  }
}

async function status(call: Call, name: string): Promise<unknown> {
  const { request, reply, client, resource, namespace } = call;
  switch (request.method) {
    case 'GET':
      return send(reply, client.getBody(resource, namespace, name).body);
    case 'PUT': {
      const object = placed(call, request.body, name);
      return send(
        reply,
        (await client.modify(resource, namespace, name, 'update', () => object, 'status')).body,
      );
    }
    case 'PATCH': {
      const apply = patchFunction(request.headers['content-type'], request.body);
      return send(reply, (await client.modify(resource, namespace, name, 'patch', apply, 'status')).body);
    }
    default:
      throw methodNotAllowed(call);
  }
}

/** The body with the namespace, and name, of the path; `BadRequest` when it says otherwise. */
function placed({ path, resource }: Call, body: unknown, name: string | undefined): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new KubeError('BadRequest', 'the body of the request is not an object');
  }
  const sent = (body as { metadata?: unknown }).metadata ?? {};
  if (typeof sent !== 'object' || Array.isArray(sent))
    throw new KubeError('BadRequest', 'metadata is not an object');
  const metadata = sent as { name?: unknown; namespace?: unknown };
  if (resource.namespaced && metadata.namespace && metadata.namespace !== path.namespace) {
    throw new KubeError(
      'BadRequest',
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
  if (name !== undefined && metadata.name && metadata.name !== name) {
    throw new KubeError(
      'BadRequest',
      `the name of the object (${metadata.name}) does not match the name on the URL (${name}) of ${resourceId(resource)}`,
    );
  }
  return {
    ...body,
    metadata: {
      ...metadata,
      ...(resource.namespaced && { namespace: path.namespace }),
      ...(name && { name }),
    },
  };
}
