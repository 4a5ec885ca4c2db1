import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { createRegistryServer } from '../server/registry-server.ts';
import { noDockerRegistry, startDockerRegistry } from '../testing/docker-registry.ts';
import { pushImage } from '../testing/example-content.ts';
import { readText, startServer } from '../testing/scripted-server.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import type { Credentials } from './credentials.ts';
import { createRegistryClient } from './registry-client.ts';

const password = { username: 'me', password: 'secret' };
/** bcrypt of "secret", cost 5. */
const htpasswd = 'me:$2b$05$F30XF7OAIVxOTtYWnVwBZeL80YbLn1hsx4JX4z7Z8sHOD9Z4/WnEa';

describe('basic authentication', { skip: noDockerRegistry }, () => {
  async function start(t: TestContext): Promise<string> {
    const file = `${await temporaryDirectory(t)}/htpasswd`;
    await writeFile(file, `${htpasswd}\n`);
    return await startDockerRegistry(t, {
      REGISTRY_AUTH: 'htpasswd',
      REGISTRY_AUTH_HTPASSWD_REALM: 'test',
      REGISTRY_AUTH_HTPASSWD_PATH: file,
    });
  }

  it('logs in to docker-registry', async (t) => {
    const host = await start(t);
    const client = createRegistryClient({ credentials: async () => password });
    const { descriptor } = await pushImage(client, `${host}/app`, 'v1');
    assert.equal((await client.resolve(`${host}/app`, 'v1')).digest, descriptor.digest);
  });

  it('says Unauthorized without, and with wrong, credentials', async (t) => {
    const host = await start(t);
    const wrong = { username: 'me', password: 'guess' };
    for (const credentials of [async () => undefined, async () => wrong]) {
      const client = createRegistryClient({ credentials });
      await assert.rejects(client.resolve(`${host}/app`, 'v1'), { code: 'Unauthorized', hint: /log in/ });
    }
  });

  it('logs in for each of several requests that begin at once', async (t) => {
    const host = await start(t);
    const client = createRegistryClient({ credentials: async () => password });
    await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => client.putBlob(`${host}/${name}`, Buffer.from(name))),
    );
  });
});

describe('bearer authentication', () => {
  interface Tokens {
    host: string;
    requests: Array<{ method: string; url: URL; authorization: string | undefined; body: string }>;
    /** Makes all tokens given so far invalid. */
    revoke: () => void;
    setNow: (ms: number) => void;
    client: (credentials?: Credentials) => ReturnType<typeof createRegistryClient>;
  }

  /** A registry that wants tokens, and a token server that gives them. */
  async function start(t: TestContext, answer?: (response: ServerResponse) => void): Promise<Tokens> {
    const requests: Tokens['requests'] = [];
    let generation = 1;
    let now = 1_000_000;
    const tokenServer = await startServer(t, async (request: IncomingMessage, response) => {
      const url = new URL(request.url ?? '', 'http://tokens');
      const { authorization } = request.headers;
      requests.push({ method: request.method ?? '', url, authorization, body: await readText(request) });
      if (answer) return answer(response);
      const scopes = url.searchParams.getAll('scope').join(' ');
      response.end(
        JSON.stringify({
          token: Buffer.from(`${generation} ${scopes}`).toString('base64url'),
          expires_in: 100,
        }),
      );
    });
    const server = await createRegistryServer({
      root: await temporaryDirectory(t),
      challenge: `Bearer realm="http://${tokenServer}/token",service="test registry"`,
      authorize: (request, { repository, action }) => {
        const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
        const [age, ...scopes] = Buffer.from(token, 'base64url').toString().split(' ');
        if (age !== String(generation)) return 401;
        const granted = scopes.some((scope) => {
          const [, name, actions = ''] = scope.split(':');
          return name === repository && actions.split(',').includes(action);
        });
        return granted ? 'allow' : 401;
      },
    });
    t.after(() => server.close());
    return {
      host: await server.listen(),
      requests,
      revoke: () => generation++,
      setNow: (ms) => {
        now = ms;
      },
      client: (credentials) =>
        createRegistryClient({ credentials: async () => credentials, retry: { now: () => now } }),
    };
  }

  it('gets tokens for what it does, once each', async (t) => {
    const { host, requests, client: make } = await start(t);
    const client = make(password);
    await pushImage(client, `${host}/app`, 'v1');
    await client.resolve(`${host}/app`, 'v1');
    await client.getManifest(`${host}/app`, 'v1');
    const scopes = requests.map(({ url }) => url.searchParams.get('scope'));
    assert.deepEqual(scopes, ['repository:app:pull', 'repository:app:pull,push']);
    const [first] = requests;
    assert.equal(first?.url.searchParams.get('service'), 'test registry');
    assert.equal(first?.authorization, `Basic ${Buffer.from('me:secret').toString('base64')}`);
  });

  it('asks anonymously where it has no credentials', async (t) => {
    const { host, requests, client } = await start(t);
    await assert.rejects(client().resolve(`${host}/app`, 'v1'), { code: 'ManifestUnknown' });
    assert.deepEqual(
      requests.map(({ authorization }) => authorization),
      [undefined],
    );
  });

  it('gets a new token when one has expired or is no longer accepted', async (t) => {
    const { host, requests, client: make, revoke, setNow } = await start(t);
    const client = make(password);
    const ask = () => assert.rejects(client.resolve(`${host}/app`, 'v1'), { code: 'ManifestUnknown' });
    await ask();
    setNow(1_000_000 + 89_000);
    await ask();
    assert.equal(requests.length, 1);
    setNow(1_000_000 + 91_000);
    await ask();
    assert.equal(requests.length, 2);
    revoke();
    await ask();
    assert.equal(requests.length, 3);
  });

  it('asks for both repositories of a mount', async (t) => {
    const { host, requests, client: make } = await start(t);
    const client = make(password);
    const { digest } = await client.putBlob(`${host}/a`, Buffer.from('x'));
    assert.equal(await client.mountBlob(`${host}/b`, digest, `${host}/a`), true);
    assert.deepEqual(requests.at(-1)?.url.searchParams.getAll('scope'), [
      'repository:b:pull,push',
      'repository:a:pull',
    ]);
  });

  it('trades an identity token', async (t) => {
    const { host, requests, client } = await start(t, (response) => response.end('{"access_token":"T"}'));
    await assert.rejects(client({ identityToken: 'R' }).resolve(`${host}/app`, 'v1'), {
      code: 'Unauthorized',
    });
    assert.equal(requests[0]?.method, 'POST');
    const form = new URLSearchParams(requests[0]?.body);
    assert.deepEqual([form.get('grant_type'), form.get('refresh_token')], ['refresh_token', 'R']);
  });

  it('says Unauthorized when no token is given', async (t) => {
    const { host, client } = await start(t, (response) => response.writeHead(401).end());
    await assert.rejects(client(password).resolve(`${host}/app`, 'v1'), {
      code: 'Unauthorized',
      hint: /log in again/,
    });
  });

  it('sends no password over plain http to another machine', async (t) => {
    const host = await startServer(t, (_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Bearer realm="http://tokens.example/"' }).end();
    });
    const client = createRegistryClient({ credentials: async () => password });
    await assert.rejects(client.resolve(`${host}/app`, 'v1'), { code: 'InsecureRegistry' });
  });
});
