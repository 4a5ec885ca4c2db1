import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { localFeatureFlags } from '@assay/tekton';
import { configFile, loadTektonConfig, switchHint } from './tekton-config.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'assay-config-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const configMap = (name: string, data: object) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: ${JSON.stringify(data)}\n`;

test('without a file, all that Assay does is on', async () => {
  const { featureFlags, defaults } = await loadTektonConfig(root);
  assert.deepEqual({ featureFlags, defaults }, { featureFlags: localFeatureFlags, defaults: {} });
});

test("the home's file changes what it names, and the command line what it names of that", async () => {
  const flags = configMap('feature-flags', { 'enable-api-fields': 'stable', 'enable-artifacts': 'false' });
  const defaults = configMap('config-defaults', { 'default-timeout-minutes': '5' });
  writeFileSync(configFile(root), `${flags}---\n${defaults}`);
  const { featureFlags, defaults: own } = await loadTektonConfig(root, ['enable-api-fields=beta']);
  assert.equal(featureFlags.enableApiFields, 'beta');
  assert.equal(featureFlags.enableArtifacts, false);
  assert.equal(featureFlags.enableParamEnum, true);
  assert.equal(own.timeoutMinutes, 5);
});

test('a flag that does not exist is told with the likely one', async () => {
  await assert.rejects(loadTektonConfig(root, ['enable-artifact=true']), {
    code: 'Usage',
    hint: 'did you mean enable-artifacts?',
  });
  await assert.rejects(loadTektonConfig(root, ['alpha']), /not NAME=VALUE/);
});

test('a value that Tekton does not take is refused in its words', async () => {
  await assert.rejects(
    loadTektonConfig(root, ['enable-api-fields=gamma']),
    /invalid value for feature flag "enable-api-fields": "gamma"/,
  );
});

test('a switch that a factory does not have is refused, not ignored', async () => {
  await assert.rejects(loadTektonConfig(root, ['keep-pod-on-cancel=true']), {
    code: 'Usage',
    message: /enableKeepPodOnCancel is always false here/,
  });
  assert.ok(
    await loadTektonConfig(root, [
      'keep-pod-on-cancel=false',
      'disable-creds-init=true',
      'coschedule=workspaces',
    ]),
  );
});

test('a file without settings is refused', async () => {
  writeFileSync(configFile(root), configMap('other', {}));
  await assert.rejects(loadTektonConfig(root), /holds no ConfigMap named feature-flags or config-defaults/);
});

test('a refused feature names its switch', () => {
  const hint = (message: string) => /--feature-flag (\S+),/.exec(switchHint(message) ?? '')?.[1];
  assert.equal(
    hint('debug requires "enable-api-fields" feature gate to be "alpha" but it is "beta"'),
    'enable-api-fields=alpha',
  );
  assert.equal(
    hint('resolver requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable"'),
    'enable-api-fields=beta',
  );
  assert.equal(
    hint('feature flag `enable-param-enum` should be set to true to use Enum'),
    'enable-param-enum=true',
  );
  assert.equal(hint('missing field(s)'), undefined);
});
