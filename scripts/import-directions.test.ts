import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { fileViolations, importViolations } from './import-directions.ts';

test('the packages import one way', () => {
  assert.deepEqual(importViolations(resolve(import.meta.dirname, '..')), []);
});

test('an import of a later package is found with its place', () => {
  assert.deepEqual(fileViolations('packages/oci/src/index.ts', "\nimport { x } from '@assay/kube';"), [
    'packages/oci/src/index.ts:2: oci must not import kube, which comes later',
  ]);
});

test('an inner file of another package is out of reach', () => {
  assert.equal(
    fileViolations('packages/cli/src/run.ts', "import { x } from '@assay/kube/src/store.ts';").length,
    1,
  );
  assert.equal(
    fileViolations('packages/cli/src/run.ts', "import { x } from '../../kube/src/store.ts';").length,
    1,
  );
});

test('siblings do not know each other', () => {
  assert.equal(fileViolations('packages/triggers/src/a.ts', "import { x } from '@assay/release';").length, 1);
});

test('a lazy import counts too', () => {
  assert.equal(fileViolations('packages/oci/src/a.ts', "const x = await import('@assay/cli');").length, 1);
});

test('imports within the package and of earlier packages pass', () => {
  const text = "import { a } from '../b.ts';\nimport { c } from '@assay/oci';\nimport fs from 'node:fs';";
  assert.deepEqual(fileViolations('packages/sandbox/src/rootfs/overlay.ts', text), []);
});
