import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../clock.ts';
import { KubeError } from '../error.ts';
import type { ResourceType } from '../object.ts';
import { resourceId } from '../resource.ts';
import type { Store } from '../store/store.ts';
import type { StoreClient } from '../store/store-client.ts';
import { parseResourcePath, type ResourcePath } from '../wire/resource-path.ts';
import { deletedStatus } from '../wire/status.ts';
import { negotiate } from './accept.ts';
import { listMetadata, listParameters, selectorParameters } from './list-request.ts';
import { applyType, mediaType, patchFunction } from './request-body.ts';
import { includeObject, type Presentation, presentList, presentObject, sendJson } from './response-body.ts';
import { watchParameters } from './watch-request.ts';
import { streamWatch } from './watch-stream.ts';
import { deleteOptions, isTrue, writeOptions } from './write-parameters.ts';

export interface ResourceRoutesOptions {
  store: Store;
  clock: Clock;
  bookmarkIntervalMs: number;
  /** A reader of a watch that takes nothing for so long is dropped. */
  stallTimeoutMs: number;
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
  presentation: Presentation;
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
  // Not by URL, which would resolve `%2e%2e` before anybody has looked at it.
  const mark = request.url.indexOf('?');
  const pathname = mark < 0 ? request.url : request.url.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? '' : request.url.slice(mark + 1));
  const path = parseResourcePath(pathname);
  const resource = path && options.store.resources.find(path.group, path.version, path.plural);
  if (!path || !resource || (path.namespace !== undefined && !resource.namespaced)) throw notServed(pathname);
  const call: Call = {
    request,
    reply,
    client: options.store.client(request.identity),
    resource,
    path,
    namespace: path.namespace ?? '',
    query,
    presentation: {
      resource,
      representation: negotiate(request.headers.accept),
      includeObject: includeObject(query),
      now: () => options.clock.now(),
    },
  };
  if (path.name === undefined) return collection(call, options);
  if (resource.namespaced && path.namespace === undefined) throw notServed(pathname);
  if (path.subresource === undefined) return single(call, path.name);
  if (path.subresource === 'status' && resource.hasStatus) return status(call, path.name);
  throw notServed(pathname);
}

function send({ request, reply, presentation }: Call, body: string, code = 200): Promise<FastifyReply> {
  return sendJson(request, reply, presentObject(presentation, body), code);
}

function methodNotAllowed({ resource }: Call): KubeError {
  return new KubeError(
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    { details: { group: resource.group, kind: resource.plural } },
  );
}

async function collection(call: Call, options: ResourceRoutesOptions): Promise<unknown> {
  const { request, reply, client, resource, path, query, presentation } = call;
  switch (request.method) {
    case 'GET': {
      if (isTrue(query.get('watch'))) return watch(call, options);
      const { options: selectors, paging } = listParameters(query, path.namespace, options.store.version);
      const page = client.listPage(resource, selectors, paging);
      const bodies = page.objects.map((stored) => stored.body);
      return sendJson(request, reply, presentList(presentation, bodies, listMetadata(page)));
    }
    case 'POST': {
      if (resource.namespaced && path.namespace === undefined) throw methodNotAllowed(call);
      const write = writeOptions(request, reply, query, resource);
      const stored = await client.createBody(resource, placed(call, request.body, undefined), write);
      return send(call, stored.body, 201);
    }
    case 'DELETE': {
      if (resource.namespaced && path.namespace === undefined) throw methodNotAllowed(call);
      const removed = await client.removeCollection(
        resource,
        selectorParameters(query, path.namespace),
        deleteOptions(request.body, query),
      );
      const bodies = removed.map((stored) => stored.body);
      const metadata = { resourceVersion: String(options.store.version) };
      return sendJson(request, reply, presentList(presentation, bodies, metadata));
    }
    default:
      throw methodNotAllowed(call);
  }
}

async function watch(call: Call, options: ResourceRoutesOptions): Promise<void> {
  const { reply, client, resource, path, query, presentation } = call;
  const wanted = watchParameters(query);
  const { initial, stream } = client.openWatch(resource, {
    ...selectorParameters(query, path.namespace),
    ...(wanted.from !== undefined && { resourceVersion: wanted.from }),
  });
  const closed = new AbortController();
  const cancelTimeout =
    wanted.timeoutMs === undefined
      ? () => {}
      : options.clock.setTimer(() => closed.abort(), wanted.timeoutMs);
  reply.raw.once('close', () => closed.abort());
  reply.hijack();
  await streamWatch(reply.raw, {
    presentation,
    initial: wanted.initialEvents ? initial : [],
    stream,
    bookmarks: isTrue(query.get('allowWatchBookmarks')),
    markInitialEnd: wanted.markInitialEnd,
    bookmarkIntervalMs: options.bookmarkIntervalMs,
    stallTimeoutMs: options.stallTimeoutMs,
    clock: options.clock,
    signal: AbortSignal.any([closed.signal, options.signal]),
  });
  cancelTimeout();
}

async function single(call: Call, name: string): Promise<unknown> {
  const { request, reply, client, resource, namespace, query } = call;
  switch (request.method) {
    case 'GET':
      return send(call, client.getBody(resource, namespace, name).body);
    case 'PUT':
    case 'PATCH':
      return change(call, name, undefined);
    case 'DELETE': {
      const options = deleteOptions(request.body, query);
      const { object, gone } = await client.remove(resource, namespace, name, options);
      if (!gone) return send(call, object.body);
      return reply.send(
        deletedStatus({ name, group: resource.group, kind: resource.plural, uid: object.uid }),
      );
    }
    default:
      throw methodNotAllowed(call);
  }
}

async function status(call: Call, name: string): Promise<unknown> {
  const { request, client, resource, namespace } = call;
  switch (request.method) {
    case 'GET':
      return send(call, client.getBody(resource, namespace, name).body);
    case 'PUT':
    case 'PATCH':
      return change(call, name, 'status');
    default:
      throw methodNotAllowed(call);
  }
}

/** PUT, and PATCH of every type. */
async function change(call: Call, name: string, subresource: 'status' | undefined): Promise<unknown> {
  const { request, reply, client, resource, namespace, query } = call;
  const write = writeOptions(request, reply, query, resource);
  if (request.method === 'PUT') {
    const object = placed(call, request.body, name);
    return send(
      call,
      (await client.modify(resource, namespace, name, 'update', () => object, subresource, write)).body,
    );
  }
  const type = request.headers['content-type'];
  if (mediaType(type) !== applyType) {
    const patch = patchFunction(resource, type, request.body);
    return send(
      call,
      (await client.modify(resource, namespace, name, 'patch', patch, subresource, write)).body,
    );
  }
  const { object, created } = await client.apply(
    resource,
    namespace,
    name,
    applied(placed(call, request.body, name), query),
    { ...write, force: isTrue(query.get('force')), subresource },
  );
  return send(call, object.body, created ? 201 : 200);
}

/** The configuration of an apply. Throws `BadRequest` for what cannot be applied. */
function applied(configuration: object, query: URLSearchParams): object {
  if (!query.get('fieldManager')) {
    throw new KubeError(
      'BadRequest',
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  }
  const { apiVersion, kind, metadata } = configuration as Record<string, unknown>;
  if (!apiVersion || !kind) throw new KubeError('BadRequest', 'invalid object type: /, Kind=');
  if ((metadata as { managedFields?: unknown[] }).managedFields?.length) {
    throw new KubeError('BadRequest', 'metadata.managedFields must be nil');
  }
  return configuration;
}

/** The body with the namespace, and name, of the path; `BadRequest` when it says otherwise. */
function placed({ path, resource }: Call, body: unknown, name: string | undefined): object {
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
