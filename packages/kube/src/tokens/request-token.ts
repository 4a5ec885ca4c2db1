import type { HttpClientOptions } from '../client/http-client.ts';
import { Transport } from '../client/transport.ts';
import { ServiceAccounts } from '../core/service-account.ts';
import { resourcePath } from '../wire/resource-path.ts';
import type { TokenRequest } from './token-request.ts';

/**
 * Asks an API server for a token of a ServiceAccount.
 * @throws KubeError what the server answers: NotFound, Forbidden, Invalid
 */
export async function requestToken(
  server: HttpClientOptions,
  account: { namespace: string; name: string },
  spec: TokenRequest['spec'],
): Promise<{ token: string; expirationTimestamp: string }> {
  const answer = (await new Transport(server, server.token).call({
    method: 'POST',
    path: resourcePath(ServiceAccounts, { ...account, subresource: 'token' }),
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec },
  })) as TokenRequest;
  return answer.status!;
}
