import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import { ServiceAccounts } from '../core/service-account.ts';
import type { Store } from '../store/store.ts';
import type { ServiceAccountTokens } from '../tokens/service-account-tokens.ts';
import { answerTokenRequest } from '../tokens/token-request.ts';
import {
  selfSubjectAccessReview,
  selfSubjectReview,
  selfSubjectRulesReview,
  subjectAccessReview,
  tokenReview,
} from './access-reviews.ts';
import type { Authenticator } from './authenticator.ts';
import { apiServerIdentity } from './identity.ts';

export interface AccessRoutesOptions {
  store: Store;
  tokens: ServiceAccountTokens;
  /** Answers TokenReviews that name no audience. */
  authenticator: Authenticator;
  /** @default systemClock */
  clock?: Clock;
}

const authorization = '/apis/authorization.k8s.io/v1';
const authentication = '/apis/authentication.k8s.io/v1';

type InNamespace = { Params: { namespace: string } };
type OfAccount = { Params: { namespace: string; name: string } };

/**
 * Adds what answers questions about rights and identities, and gives tokens of ServiceAccounts: access reviews, TokenReview,
 * SelfSubjectReview and `serviceaccounts/<name>/token`. Each asks for the right to `create` its resource.
 */
export function addAccessRoutes(app: FastifyInstance, options: AccessRoutesOptions): void {
  const { store, tokens, authenticator, clock = systemClock } = options;
  const { authorizer } = store;
  const lookup = store.client(apiServerIdentity);
  const may = (request: FastifyRequest, group: string, resource: string, namespace = '') =>
    authorizer.require(request.identity, { verb: 'create', group, resource, namespace });

  app.post(`${authorization}/selfsubjectaccessreviews`, async (request, reply) => {
    may(request, 'authorization.k8s.io', 'selfsubjectaccessreviews');
    return reply.code(201).send(selfSubjectAccessReview(authorizer, request.identity, request.body));
  });
  app.post(`${authorization}/selfsubjectrulesreviews`, async (request, reply) => {
    may(request, 'authorization.k8s.io', 'selfsubjectrulesreviews');
    return reply.code(201).send(selfSubjectRulesReview(authorizer, request.identity, request.body));
  });
  app.post(`${authorization}/subjectaccessreviews`, async (request, reply) => {
    may(request, 'authorization.k8s.io', 'subjectaccessreviews');
    return reply.code(201).send(subjectAccessReview(authorizer, request.body));
  });
  app.post<InNamespace>(
    `${authorization}/namespaces/:namespace/localsubjectaccessreviews`,
    async (request, reply) => {
      const { namespace } = request.params;
      may(request, 'authorization.k8s.io', 'localsubjectaccessreviews', namespace);
      return reply.code(201).send(subjectAccessReview(authorizer, request.body, namespace));
    },
  );
  app.post(`${authentication}/selfsubjectreviews`, async (request, reply) => {
    may(request, 'authentication.k8s.io', 'selfsubjectreviews');
    return reply.code(201).send(selfSubjectReview(request.identity));
  });
  app.post(`${authentication}/tokenreviews`, async (request, reply) => {
    may(request, 'authentication.k8s.io', 'tokenreviews');
    const review = await tokenReview(request.body, async (token, audiences) =>
      audiences.length > 0 ? tokens.authenticate(token, audiences) : authenticator.authenticate(token),
    );
    return reply.code(201).send(review);
  });
  app.post<OfAccount>('/api/v1/namespaces/:namespace/serviceaccounts/:name/token', async (request, reply) => {
    const { namespace, name } = request.params;
    authorizer.require(request.identity, {
      verb: 'create',
      group: '',
      resource: ServiceAccounts.plural,
      subresource: 'token',
      namespace,
      name,
    });
    const { uid } = lookup.getBody(ServiceAccounts, namespace, name);
    const account = { namespace, name, uid };
    const answer = await answerTokenRequest(request.body, account, tokens, clock.now());
    return reply.code(201).send(answer);
  });
}
