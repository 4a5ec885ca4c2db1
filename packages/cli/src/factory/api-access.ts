import { randomBytes } from 'node:crypto';
import {
  type Authenticator,
  adminIdentity,
  createServiceAccountTokens,
  createTokenAuthenticator,
  firstOf,
  gateIdentity,
  observerIdentity,
  openTokenKey,
  readPrivateFile,
  type ServiceAccountTokens,
  type Store,
  writePrivateFile,
} from '@assay/kube';
import type { Home } from '../home.ts';
import { accessFiles } from './access-files.ts';

/** Who may use the API, and with which tokens. */
export interface ApiAccess {
  authenticator: Authenticator;
  /** The person's, the same after a restart: kubeconfigs hold it. */
  adminToken: string;
  /** The observer's, of this process alone. */
  observerToken: string;
  /** The gate's, of this process alone. */
  gateToken: string;
  tokens: ServiceAccountTokens;
}

/** The admin's token and the key of ServiceAccounts' tokens, made at the first call and kept. */
export function openApiAccess(home: Home, store: Store): ApiAccess {
  const files = accessFiles(home);
  let adminToken = readPrivateFile(files.adminToken)?.trim();
  if (!adminToken) {
    adminToken = newToken();
    writePrivateFile(files.adminToken, adminToken);
  }
  const observerToken = newToken();
  const gateToken = newToken();
  const tokens = createServiceAccountTokens({ store, key: openTokenKey(files.tokenKey) });
  const fixed = createTokenAuthenticator([
    [adminToken, adminIdentity],
    [observerToken, observerIdentity],
    [gateToken, gateIdentity],
  ]);
  return { authenticator: firstOf([fixed, tokens]), adminToken, observerToken, gateToken, tokens };
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}
