import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type DiscoveredResource, discover } from '../discovery/discovered-resource.ts';
import { aggregated, coreVersions, groupList, oneGroup, resourceList } from '../discovery/documents.ts';
import type { Store } from '../store/store.ts';
import { mediaRanges } from './accept.ts';
import { notServed } from './resource-routes.ts';

/** Documents as JSON text, made once for what is served at a time. */
class Documents {
  readonly #store: Store;
  readonly #others: readonly DiscoveredResource[];
  #generation = -1;
  #count = 0;
  #resources: DiscoveredResource[] = [];
  readonly #texts = new Map<string, string | undefined>();

  constructor(store: Store, others: readonly DiscoveredResource[]) {
    this.#store = store;
    this.#others = others;
  }

  text(key: string, make: (resources: DiscoveredResource[]) => object | undefined): string | undefined {
    const { generation } = this.#store.resources;
    // Hosts may have added to what they serve until the first request.
    if (generation !== this.#generation || this.#others.length !== this.#count) {
      this.#generation = generation;
      this.#count = this.#others.length;
      this.#resources = discover(this.#store.resources, this.#others);
      this.#texts.clear();
    }
    if (!this.#texts.has(key)) {
      const document = make(this.#resources);
      // Paths are the requester's; what does not exist is not remembered.
      if (!document) return undefined;
      this.#texts.set(key, JSON.stringify(document));
    }
    return this.#texts.get(key);
  }
}

/** The version of aggregated discovery that is asked for before plain JSON; undefined when none is. */
function aggregatedVersion(accept: string | undefined): 'v2' | 'v2beta1' | undefined {
  if (!accept?.includes('apidiscovery.k8s.io')) return undefined;
  for (const { type, parameters } of mediaRanges(accept)) {
    if (type !== 'application/json') continue;
    const { as, g, v } = parameters;
    if (as === undefined) return undefined;
    if (as === 'APIGroupDiscoveryList' && g === 'apidiscovery.k8s.io' && (v === 'v2' || v === 'v2beta1'))
      return v;
  }
  return undefined;
}

/** Serves `/api`, `/apis` and what is below them but above the resources. */
export function addDiscoveryRoutes(
  app: FastifyInstance,
  store: Store,
  others: readonly DiscoveredResource[],
): void {
  const documents = new Documents(store, others);
  const send = (request: FastifyRequest, reply: FastifyReply, text: string | undefined) => {
    if (text === undefined) throw notServed(request.url.split('?')[0]!);
    return reply.type('application/json').send(text);
  };
  for (const root of ['api', 'apis'] as const) {
    app.get(`/${root}`, async (request, reply) => {
      const version = aggregatedVersion(request.headers.accept);
      reply.header('vary', 'Accept');
      if (version) {
        const text = documents.text(`aggregated ${root} ${version}`, (all) =>
          aggregated(all, root, version),
        )!;
        const etag = `"${createHash('sha256').update(text).digest('hex').slice(0, 32).toUpperCase()}"`;
        reply.header('etag', etag);
        if (request.headers['if-none-match'] === etag) return reply.code(304).send();
        return reply
          .type(`application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
          .send(text);
      }
      const address = request.headers.host ?? 'localhost';
      if (root === 'api') return coreVersions(discover(store.resources, others), address);
      return send(request, reply, documents.text('groups', groupList));
    });
  }
  app.get<{ Params: { version: string } }>('/api/:version', async (request, reply) => {
    const { version } = request.params;
    return send(
      request,
      reply,
      documents.text(`core ${version}`, (all) => resourceList(all, '', version)),
    );
  });
  app.get<{ Params: { group: string } }>('/apis/:group', async (request, reply) => {
    const { group } = request.params;
    return send(
      request,
      reply,
      documents.text(`group ${group}`, (all) => oneGroup(all, group)),
    );
  });
  app.get<{ Params: { group: string; version: string } }>('/apis/:group/:version', async (request, reply) => {
    const { group, version } = request.params;
    return send(
      request,
      reply,
      documents.text(`list ${group} ${version}`, (all) => resourceList(all, group, version)),
    );
  });
}
