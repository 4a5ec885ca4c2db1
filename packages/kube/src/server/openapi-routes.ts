import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ResourceType } from '../object.ts';
import { groupVersionPath, openApiV2, openApiV3 } from '../openapi/document.ts';
import { openApiV2Protobuf } from '../openapi/protobuf-v2.ts';
import type { Store } from '../store/store.ts';
import { mediaRanges, notAcceptable } from './accept.ts';
import { notServed } from './resource-routes.ts';

const protobufV2 = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
const protobufV2Types = new Set([protobufV2, 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf']);

interface Content {
  body: Buffer;
  hash: string;
}

/** Documents made once for what is served at a time, and only when asked for. */
class OpenApiDocuments {
  readonly #store: Store;
  #generation = -1;
  readonly #contents = new Map<string, Content>();

  constructor(store: Store) {
    this.#store = store;
  }

  get(key: string, make: () => Buffer | string): Content {
    const { generation } = this.#store.resources;
    if (generation !== this.#generation) {
      this.#generation = generation;
      this.#contents.clear();
    }
    let content = this.#contents.get(key);
    if (!content) {
      const body = Buffer.from(make());
      const hash = createHash('sha256').update(body).digest('hex').slice(0, 32).toUpperCase();
      content = { body, hash };
      this.#contents.set(key, content);
    }
    return content;
  }

  /** What is served, by group and version. */
  groups(): Map<string, ResourceType[]> {
    const groups = new Map<string, ResourceType[]>();
    for (const resource of this.#store.resources.served()) {
      const path = groupVersionPath(resource);
      groups.set(path, [...(groups.get(path) ?? []), resource]);
    }
    return groups;
  }

  v3(path: string): Content | undefined {
    const resources = this.groups().get(path);
    return resources && this.get(`v3 ${path}`, () => JSON.stringify(openApiV3(resources)));
  }
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  { body, hash }: Content,
  type: string,
): FastifyReply {
  const etag = `"${hash}"`;
  reply.header('etag', etag).header('vary', 'Accept');
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  return reply.type(type).send(body);
}

/** Which encoding of OpenAPI v2 the requester prefers. */
function prefersProtobuf(accept: string | undefined): boolean {
  for (const { type } of mediaRanges(accept ?? '*/*')) {
    if (protobufV2Types.has(type)) return true;
    if (type === 'application/json' || type === '*/*' || type === 'application/*') return false;
  }
  throw notAcceptable();
}

/** Serves `/openapi/v2` and `/openapi/v3`. */
export function addOpenApiRoutes(app: FastifyInstance, store: Store): void {
  const documents = new OpenApiDocuments(store);
  app.get('/openapi/v3', async (request, reply) => {
    const paths = [...documents.groups().keys()].sort().map((path) => {
      const hash = documents.v3(path)?.hash;
      return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
    });
    const content = documents.get('v3', () => JSON.stringify({ paths: Object.fromEntries(paths) }));
    return send(request, reply, content, 'application/json');
  });
  app.get<{ Params: { '*': string } }>('/openapi/v3/*', async (request, reply) => {
    const content = documents.v3(request.params['*']);
    if (!content) throw notServed(request.url.split('?')[0]!);
    const json = mediaRanges(request.headers.accept ?? '*/*').some(
      ({ type }) => type === 'application/json' || type === '*/*' || type === 'application/*',
    );
    if (!json) throw notAcceptable();
    const hash = /[?&]hash=([^&]*)/.exec(request.url)?.[1];
    if (hash === content.hash) reply.header('cache-control', 'public, immutable');
    return send(request, reply, content, 'application/json');
  });
  app.get('/openapi/v2', async (request, reply) => {
    const json = () => openApiV2([...store.resources.served()]);
    if (prefersProtobuf(request.headers.accept)) {
      const content = documents.get('v2 protobuf', () => openApiV2Protobuf(json()));
      return send(request, reply, content, protobufV2);
    }
    return send(
      request,
      reply,
      documents.get('v2', () => JSON.stringify(json())),
      'application/json',
    );
  });
}
