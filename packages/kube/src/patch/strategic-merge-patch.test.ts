import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { podSchema } from '../core/schemas/pod-schema.ts';
import { isKubeError } from '../error.ts';
import { mergePatch } from './merge-patch.ts';
import { strategicMergePatch } from './strategic-merge-patch.ts';

const containers = [
  { name: 'a', image: '1' },
  { name: 'b', image: '1' },
];

function patched(patch: object, spec: object = { containers }): unknown {
  return (strategicMergePatch(podSchema, { spec }, { spec: patch }) as { spec: unknown }).spec;
}

describe('a strategic merge patch', () => {
  test('merges lists by their key, and adds what is new', () => {
    assert.deepEqual(patched({ containers: [{ name: 'b', image: '2' }, { name: 'c' }] }), {
      containers: [{ name: 'a', image: '1' }, { name: 'b', image: '2' }, { name: 'c' }],
    });
  });

  test('deletes and replaces items and lists as directed', () => {
    assert.deepEqual(patched({ containers: [{ name: 'a', $patch: 'delete' }] }), {
      containers: [{ name: 'b', image: '1' }],
    });
    assert.deepEqual(patched({ containers: [{ name: 'a', $patch: 'replace' }] }), {
      containers: [{ name: 'a' }, { name: 'b', image: '1' }],
    });
    assert.deepEqual(patched({ containers: [{ name: 'x' }, { $patch: 'replace' }] }), {
      containers: [{ name: 'x' }],
    });
    assert.deepEqual(
      patched({ securityContext: { $patch: 'replace', b: 2 } }, { securityContext: { a: 1 } }),
      {
        securityContext: { b: 2 },
      },
    );
  });

  test('orders items as told', () => {
    const order = [{ name: 'b' }, { name: 'c' }, { name: 'a' }];
    assert.deepEqual(patched({ '$setElementOrder/containers': order, containers: [{ name: 'c' }] }), {
      containers: [{ name: 'b', image: '1' }, { name: 'c' }, { name: 'a', image: '1' }],
    });
  });

  test('merges and thins out lists of scalars', () => {
    const metadata = { finalizers: ['x.y/a', 'x.y/b'] };
    const result = strategicMergePatch(
      podSchema,
      { metadata },
      { metadata: { finalizers: ['x.y/c', 'x.y/a'], '$deleteFromPrimitiveList/finalizers': ['x.y/b'] } },
    );
    assert.deepEqual(result, { metadata: { finalizers: ['x.y/a', 'x.y/c'] } });
  });

  test('keeps only the keys it is told to', () => {
    assert.deepEqual(
      patched({ securityContext: { $retainKeys: ['b'], b: 2 } }, { securityContext: { a: 1, b: 1 } }),
      {
        securityContext: { b: 2 },
      },
    );
  });

  test('replaces lists without a key', () => {
    assert.deepEqual(patched({ tolerations: [{ key: 'b' }] }, { tolerations: [{ key: 'a' }] }), {
      tolerations: [{ key: 'b' }],
    });
  });

  test('refuses items without their key, and unknown directives', () => {
    for (const patch of [
      { containers: [{ image: '2' }] },
      { containers: ['x'] },
      { securityContext: { $patch: 'eat' } },
    ]) {
      assert.throws(
        () => patched(patch),
        (error) => isKubeError(error, 'BadRequest'),
      );
    }
  });

  test('is a merge patch where there are no lists and no directives', () => {
    const object = fc.object({
      maxDepth: 2,
      key: fc.constantFrom('a', 'b', 'c'),
      values: [fc.integer(), fc.constant(null)],
    });
    const plain = fc.object({ maxDepth: 2, key: fc.constantFrom('a', 'b', 'c'), values: [fc.integer()] });
    fc.assert(
      fc.property(plain, object, (target, patch) => {
        assert.deepEqual(strategicMergePatch(undefined, target, patch), mergePatch(target, patch));
      }),
    );
  });
});
