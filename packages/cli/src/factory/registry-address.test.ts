import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { type Home, openHome } from '../home.ts';
import { registryHost, registryPort } from './registry-address.ts';

let home: Home;
beforeEach(() => {
  home = openHome({ ASSAY_HOME: mkdtempSync(join(tmpdir(), 'assay-port-')) });
});
afterEach(() => rmSync(home.root, { recursive: true, force: true }));

/** Holds a port while `action` runs. */
async function holding<T>(port: number, action: () => Promise<T>): Promise<T> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  try {
    return await action();
  } finally {
    server.close();
  }
}

test('a home keeps its port', async () => {
  const port = await registryPort(home);
  assert.equal(await registryPort(home), port);
  assert.equal(registryHost(home), `localhost:${port}`);
});

test('two homes begin at different ports', async () => {
  const other = openHome({ ASSAY_HOME: `${home.root}/other` });
  assert.notEqual(await registryPort(home), await registryPort(other));
});

test('a port that is taken is passed over at first, and an error once it is the kept one', async () => {
  const first = await registryPort(home);
  rmSync(join(home.root, 'registry-port'));
  await holding(first, async () => assert.equal(await registryPort(home), first + 1));
  await holding(first + 1, () => assert.rejects(registryPort(home), { code: 'PortInUse' }));
});

test('a damaged port file counts as none', () => {
  writeFileSync(join(home.root, 'registry-port'), 'none\n');
  assert.equal(registryHost(home), undefined);
});
