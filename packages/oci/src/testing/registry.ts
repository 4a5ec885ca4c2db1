import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import {
  createRegistryServer,
  type RegistryServer,
  type RegistryServerOptions,
} from '../server/registry-server.ts';
import { pushImage } from './example-content.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A registry on a free port, and requests to its repository `team/app`. */
export interface Started {
  server: RegistryServer;
  host: string;
  /** Base of the repository `team/app`. */
  base: string;
  call: (method: string, path: string, init?: RequestInit) => Promise<Response>;
}

export async function startRegistry(
  t: TestContext,
  options: Partial<RegistryServerOptions> = {},
): Promise<Started> {
  const server = await createRegistryServer({ root: await temporaryDirectory(t), ...options });
  t.after(() => server.close());
  const host = await server.listen();
  const origin = `http://${host}`;
  const call = (method: string, path: string, init: RequestInit = {}) =>
    fetch(new URL(path, `${origin}/v2/team/app/`), { method, ...init });
  return { server, host, base: `${origin}/v2/team/app/`, call };
}

/** Begins an upload and gives its location. */
export async function beginUpload({ call }: Started, query = ''): Promise<string> {
  const response = await call('POST', `blobs/uploads/${query}`);
  assert.equal(response.status, 202);
  assert.equal(response.headers.get('range'), '0-0');
  return response.headers.get('location') ?? '';
}

/** Pushes an image behind the server's back. */
export async function seedImage({ server }: Started, reference = 'v1', text = 'layer') {
  return await pushImage(server.store, 'localhost/team/app', reference, text);
}

/** The code of an answered error, which must have a message. */
export async function codeOf(response: Response): Promise<string> {
  const body: { errors: Array<{ code: string; message: string }> } = JSON.parse(await response.text());
  assert.ok(body.errors[0]?.message);
  return body.errors[0].code;
}
