import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseResourcePath, type ResourcePath } from '../wire/resource-path.ts';

/** A request as Kubernetes' API machinery sees it. */
export interface RequestInfo {
  /** `get`, `list`, `watch`, `create`, ... for resources; the method in lower case for paths. */
  verb: string;
  /** Absent for paths that are no resource. */
  resource: ResourcePath | undefined;
  path: string;
  /** A watch, or another answer that goes on for as long as the client likes. */
  longRunning: boolean;
}

const longSubresources = new Set(['log', 'exec', 'attach', 'portforward']);

/** Reads the requester's method and URL. */
export function requestInfo(request: FastifyRequest): RequestInfo {
  const { pathname: path, searchParams } = new URL(request.url, 'http://localhost');
  const resource = readPath(path);
  if (!resource) return { verb: request.method.toLowerCase(), resource, path, longRunning: false };
  const watch = searchParams.get('watch');
  const verb = verbOf(
    request.method,
    resource.name !== undefined,
    watch !== null && watch !== 'false' && watch !== '0',
  );
  const follows = longSubresources.has(resource.subresource ?? '');
  return { verb, resource, path, longRunning: verb === 'watch' || follows };
}

function readPath(path: string): ResourcePath | undefined {
  try {
    return parseResourcePath(path);
  } catch {
    return undefined;
  }
}

function verbOf(method: string, named: boolean, watch: boolean): string {
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (watch) return 'watch';
      return named ? 'get' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return named ? 'delete' : 'deletecollection';
    default:
      return method.toLowerCase();
  }
}

/** Calls back once when the answer is complete, or its connection gone: also for answers that a handler writes itself. */
export function whenAnswered(reply: FastifyReply, callback: () => void): void {
  reply.raw.once('close', callback);
}
