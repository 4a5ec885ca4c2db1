import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseWorkspaceFlag } from './workspace-flag.ts';

test('each kind of volume, with and without a path in it', () => {
  assert.deepEqual(
    ['w=emptyDir', 'w=claim:c', 'w=config:m', 'w=secret:s', 'w=claim:c,subPath=a/b=c,d'].map(
      parseWorkspaceFlag,
    ),
    [
      { name: 'w', emptyDir: {} },
      { name: 'w', persistentVolumeClaim: { claimName: 'c' } },
      { name: 'w', configMap: { name: 'm' } },
      { name: 'w', secret: { secretName: 's' } },
      { name: 'w', persistentVolumeClaim: { claimName: 'c' }, subPath: 'a/b=c,d' },
    ],
  );
  assert.deepEqual(parseWorkspaceFlag('w=volume:1Gi').volumeClaimTemplate?.spec, {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
  });
});

test('everything else is refused with how to write it', () => {
  for (const text of ['w', 'w=', '=emptyDir', 'w=disk', 'w=claim:', 'w=nfs:x', 'w=emptyDir,path=x']) {
    assert.throws(
      () => parseWorkspaceFlag(text),
      { code: 'Usage', exitCode: 2, hint: /-w NAME=emptyDir/ },
      text,
    );
  }
});
