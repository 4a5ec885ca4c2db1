import type { FastifyReply, FastifyRequest } from 'fastify';
import { OciError } from '../error.ts';
import { isRepositoryPath } from '../reference/reference.ts';
import type { Access, RegistryOptions } from './registry-options.ts';

/** One request to a repository, as the handlers see it. */
export interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
  options: RegistryOptions;
  /** Repository path, valid by grammar. */
  name: string;
  /** The path's last part: tag, digest or upload id. */
  target: string;
  query: URLSearchParams;
  /** Throws unless the access is allowed. */
  authorize: (access: Access) => Promise<void>;
}

/** The request's content. Leaving it early keeps the connection, which the error's answer still needs. */
export function contentOf({ request }: Exchange): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => request.raw.iterator({ destroyOnReturn: false }) };
}

/** What the store calls a repository of this server; it ignores the host. */
export function storeName(name: string): string {
  return `localhost/${name}`;
}

/** @throws OciError `InvalidReference` */
export function checkName(name: string): string {
  if (isRepositoryPath(name)) return name;
  throw new OciError('InvalidReference', `${JSON.stringify(name.slice(0, 300))} is not a repository name`, {
    hint: 'use lower-case letters, digits, and single separators ./_- between them',
  });
}

/** @throws OciError `Unauthorized`, `Denied` */
export async function assertAllowed(
  request: FastifyRequest,
  options: RegistryOptions,
  access: Access,
): Promise<void> {
  const verdict = (await options.authorize?.(request, access)) ?? 'allow';
  if (verdict === 'allow') return;
  const what = access.repository ? `${access.action} of ${access.repository}` : 'the registry';
  throw verdict === 401
    ? new OciError('Unauthorized', `${what} needs credentials`)
    : new OciError('Denied', `${what} is not allowed`);
}

/** `limit` items after `last` of a sorted list, and whether more follow. */
export function pageOf(
  items: readonly string[],
  query: URLSearchParams,
): { page: string[]; next?: URLSearchParams } {
  const last = query.get('last');
  const rest = last === null ? items : items.filter((item) => item > last);
  const n = query.get('n');
  if (n === null || !/^\d{1,9}$/.test(n)) return { page: [...rest] };
  const page = rest.slice(0, Number(n));
  const end = page.at(-1);
  if (page.length === rest.length || end === undefined) return { page };
  return { page, next: new URLSearchParams({ n, last: end }) };
}
