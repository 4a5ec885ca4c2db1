import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isOciError } from '../error.ts';
import { deleteBlob, getBlob } from './blobs.ts';
import { sendError, sendErrorCode } from './errors.ts';
import { assertAllowed, checkName, type Exchange, pageOf } from './exchange.ts';
import {
  deleteManifest,
  getManifest,
  listReferrers,
  listTags,
  ManifestBlobUnknown,
  putManifest,
} from './manifests.ts';
import type { Access, RegistryOptions } from './registry-options.ts';
import { appendChunk, beginUpload, cancelUpload, finishUpload, uploadStatus } from './uploads.ts';

type Handler = (exchange: Exchange) => Promise<FastifyReply>;
interface Resource {
  /** Captures the repository, then the target if there is one. */
  pattern: RegExp;
  methods: Partial<Record<string, { handler: Handler; action: Access['action'] }>>;
}

const pull = (handler: Handler) => ({ handler, action: 'pull' as const });
const push = (handler: Handler) => ({ handler, action: 'push' as const });
const remove = (handler: Handler) => ({ handler, action: 'delete' as const });

/** Repository names contain slashes, so the path is matched from its end. */
const resources: readonly Resource[] = [
  {
    pattern: /^(.+)\/manifests\/([^/]+)$/,
    methods: {
      GET: pull(getManifest),
      HEAD: pull(getManifest),
      PUT: push(putManifest),
      DELETE: remove(deleteManifest),
    },
  },
  { pattern: /^(.+)\/blobs\/uploads\/?$/, methods: { POST: push(beginUpload) } },
  {
    pattern: /^(.+)\/blobs\/uploads\/([^/]+)$/,
    methods: {
      GET: push(uploadStatus),
      PATCH: push(appendChunk),
      PUT: push(finishUpload),
      DELETE: push(cancelUpload),
    },
  },
  {
    pattern: /^(.+)\/blobs\/([^/]+)$/,
    methods: { GET: pull(getBlob), HEAD: pull(getBlob), DELETE: remove(deleteBlob) },
  },
  { pattern: /^(.+)\/tags\/list$/, methods: { GET: pull(listTags) } },
  { pattern: /^(.+)\/referrers\/([^/]+)$/, methods: { GET: pull(listReferrers) } },
];

/**
 * The registry's routes under `/v2`, as a fastify plugin (`app.register(registryPlugin, { store })`); they keep
 * to themselves and leave the host application's parsers and error handling alone.
 */
export async function registryPlugin(app: FastifyInstance, options: RegistryOptions): Promise<void> {
  const challenge = options.challenge ?? 'Basic realm="Assay registry"';
  app.removeAllContentTypeParsers();
  // Handlers read the raw request: content goes to disk as it comes.
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('docker-distribution-api-version', 'registry/2.0');
  });
  app.setErrorHandler((error, request, reply) => {
    if (isOciError(error, 'Unauthorized')) {
      reply.header('www-authenticate', typeof challenge === 'string' ? challenge : challenge(request));
    }
    if (error instanceof ManifestBlobUnknown) {
      return sendErrorCode(reply, 404, 'MANIFEST_BLOB_UNKNOWN', error.message);
    }
    return sendError(reply, error);
  });
  const handle = (request: FastifyRequest, reply: FastifyReply) => dispatch(request, reply, options);
  const method = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
  app.route({ method, url: '/v2', exposeHeadRoute: false, handler: handle });
  app.route({ method, url: '/v2/*', exposeHeadRoute: false, handler: handle });
}

async function dispatch(
  request: FastifyRequest,
  reply: FastifyReply,
  options: RegistryOptions,
): Promise<FastifyReply> {
  const { pathname, searchParams: query } = new URL(request.raw.url ?? '/', 'http://registry');
  const path = decodePath(pathname.replace(/^\/v2\/?/, ''));
  if (path === '' || path === '_catalog') {
    await assertAllowed(request, options, { action: 'pull' });
    return path === '' ? answerJson(reply, {}) : await catalogue(reply, options, query);
  }
  for (const { pattern, methods } of resources) {
    const match = pattern.exec(path);
    if (!match?.[1]) continue;
    const route = methods[request.method];
    if (!route) return sendErrorCode(reply, 405, 'UNSUPPORTED', `${request.method} is not possible here`);
    const name = checkName(match[1]);
    const authorize = (access: Access) => assertAllowed(request, options, access);
    await authorize({ repository: name, action: route.action });
    return await route.handler({ request, reply, options, name, target: match[2] ?? '', query, authorize });
  }
  return sendErrorCode(reply, 404, 'NAME_UNKNOWN', 'this is no address of the distribution API');
}

/** All repositories: not in the spec, but what Docker's registry has and tools ask for. */
async function catalogue(
  reply: FastifyReply,
  options: RegistryOptions,
  query: URLSearchParams,
): Promise<FastifyReply> {
  const { page, next } = pageOf(await options.store.listRepositories(), query);
  if (next) reply.header('link', `</v2/_catalog?${next}>; rel="next"`);
  return answerJson(reply, { repositories: page });
}

function answerJson(reply: FastifyReply, value: unknown): FastifyReply {
  return reply.header('content-type', 'application/json').send(Buffer.from(JSON.stringify(value)));
}

/** A path that cannot be decoded matches nothing. */
function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '\0';
  }
}
