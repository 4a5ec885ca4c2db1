import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { describe, it, type TestContext } from 'node:test';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { createCredentialSource } from './credentials.ts';

const encode = (user: string, password: string) => ({
  auth: Buffer.from(`${user}:${password}`).toString('base64'),
});

/** Writes a Docker configuration and a credential helper, and gives the environment to use them. */
async function environment(t: TestContext, config: object, helper = ''): Promise<NodeJS.ProcessEnv> {
  const home = await temporaryDirectory(t);
  await mkdir(`${home}/.docker`);
  await writeFile(`${home}/.docker/config.json`, JSON.stringify(config));
  await writeFile(`${home}/docker-credential-test`, `#!/bin/sh\n${helper}\n`, { mode: 0o755 });
  return { HOME: home, PATH: `${home}:${process.env.PATH}` };
}

describe('credentials', () => {
  it('takes the most specific entry', async (t) => {
    const env = await environment(t, {
      auths: {
        'quay.io': encode('host', '1'),
        'quay.io/org': encode('org', '2'),
        'quay.io/org/app': encode('app', 'with:colon'),
      },
    });
    const credentials = createCredentialSource(env);
    assert.deepEqual(await credentials('quay.io/org/app'), { username: 'app', password: 'with:colon' });
    assert.deepEqual(await credentials('quay.io/org/other'), { username: 'org', password: '2' });
    assert.deepEqual(await credentials('quay.io/orgs/app'), { username: 'host', password: '1' });
    assert.equal(await credentials('ghcr.io/org/app'), undefined);
  });

  it('knows the historic spellings of Docker Hub and of hosts', async (t) => {
    const env = await environment(t, {
      auths: {
        'https://index.docker.io/v1/': encode('hub', 'p'),
        'https://old.example/v2/': encode('old', 'p'),
      },
    });
    const credentials = createCredentialSource(env);
    assert.deepEqual(await credentials('docker.io/library/alpine'), { username: 'hub', password: 'p' });
    assert.deepEqual(await credentials('old.example/app'), { username: 'old', password: 'p' });
  });

  it('takes an identity token', async (t) => {
    const env = await environment(t, { auths: { 'a.example': { identitytoken: 'T' } } });
    assert.deepEqual(await createCredentialSource(env)('a.example/x'), { identityToken: 'T' });
  });

  it('asks the helper of the host before the stored password', async (t) => {
    const env = await environment(
      t,
      { auths: { 'a.example': encode('stored', 'p') }, credHelpers: { 'a.example': 'test' } },
      'read -r server; echo "{\\"ServerURL\\":\\"$server\\",\\"Username\\":\\"$1\\",\\"Secret\\":\\"$server\\"}"',
    );
    assert.deepEqual(await createCredentialSource(env)('a.example/x'), {
      username: 'get',
      password: 'a.example',
    });
  });

  it('asks the store for hosts without an entry, and takes "not found" for anonymous', async (t) => {
    const script = `read -r server
      if [ "$server" = b.example ]; then echo '{"Username":"<token>","Secret":"S"}'
      else echo 'credentials not found in native keychain'; exit 1; fi`;
    const env = await environment(
      t,
      { auths: { 'b.example': {}, 'c.example': {} }, credsStore: 'test' },
      script,
    );
    const credentials = createCredentialSource(env);
    assert.deepEqual(await credentials('b.example/x'), { identityToken: 'S' });
    assert.equal(await credentials('c.example/x'), undefined);
  });

  it('says which helper failed', async (t) => {
    const env = await environment(
      t,
      { credHelpers: { 'a.example': 'test', 'b.example': 'absent' } },
      'echo locked; exit 2',
    );
    const credentials = createCredentialSource(env);
    await assert.rejects(credentials('a.example/x'), {
      code: 'InvalidCredentials',
      message: /test failed.*locked/,
    });
    await assert.rejects(credentials('b.example/x'), {
      code: 'InvalidCredentials',
      hint: /docker-credential-absent/,
    });
  });

  it('reads the files in their order of precedence', async (t) => {
    const env = await environment(t, {
      auths: { 'a.example': encode('docker', 'p'), 'c.example': encode('docker', 'p') },
    });
    await mkdir(`${env.HOME}/containers`);
    const both = { 'a.example': encode('containers', 'p'), 'b.example': encode('containers', 'p') };
    await writeFile(`${env.HOME}/containers/auth.json`, JSON.stringify({ auths: both }));
    await writeFile(
      `${env.HOME}/explicit.json`,
      JSON.stringify({ auths: { 'a.example': encode('explicit', 'p') } }),
    );
    const credentials = createCredentialSource({
      ...env,
      XDG_RUNTIME_DIR: env.HOME,
      REGISTRY_AUTH_FILE: `${env.HOME}/explicit.json`,
    });
    const users = await Promise.all(['a', 'b', 'c'].map((host) => credentials(`${host}.example/x`)));
    assert.deepEqual(
      users.map((found) => found && 'username' in found && found.username),
      ['explicit', 'containers', 'docker'],
    );
  });

  it('says which file is broken', async (t) => {
    const env = await environment(t, {});
    await writeFile(`${env.HOME}/.docker/config.json`, '{');
    await assert.rejects(createCredentialSource(env)('a.example/x'), {
      code: 'InvalidCredentials',
      message: /config\.json/,
    });
  });
});
