import type { FastifyRequest } from 'fastify';
import type { Descriptor } from '../content.ts';
import type { LayoutStore } from '../layout/layout-store.ts';

export interface Access {
  /** Repository path; undefined for `/v2/` itself and the catalogue. */
  repository?: string;
  action: 'pull' | 'push' | 'delete';
}

export interface PushEvent {
  repository: string;
  descriptor: Descriptor;
  tags: readonly string[];
  /** Digest of what the manifest refers to. */
  subject?: string;
}

export interface RegistryOptions {
  store: LayoutStore;
  /**
   * Decides each request; 401 asks for credentials, 403 denies. A mount is asked for twice: push, and pull of the
   * repository it takes from.
   * @default everything is allowed
   */
  authorize?: (request: FastifyRequest, access: Access) => Verdict | Promise<Verdict>;
  /** WWW-Authenticate of a 401. @default Basic realm="Assay registry" */
  challenge?: string | ((request: FastifyRequest) => string);
  /** Told of each stored manifest before the answer is sent; a failure is logged and does not fail the push. */
  onPush?: (event: PushEvent) => void | Promise<void>;
}

export type Verdict = 'allow' | 401 | 403;
