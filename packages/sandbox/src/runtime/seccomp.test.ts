import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SandboxError } from '../error.ts';
import { loadSeccompProfile, resolveSeccomp, type SeccompProfile } from './seccomp.ts';

const allow = 'SCMP_ACT_ALLOW';
const profile: SeccompProfile = {
  defaultAction: 'SCMP_ACT_ERRNO',
  defaultErrnoRet: 38,
  syscalls: [
    { names: ['read', 'clone', 'clone3', 'unshare'], action: allow, args: [] },
    { names: ['chroot'], action: allow, includes: { caps: ['CAP_SYS_CHROOT'] } },
    { names: ['chroot'], action: 'SCMP_ACT_ERRNO', errnoRet: 1, excludes: { caps: ['CAP_SYS_CHROOT'] } },
    { names: ['arch_prctl'], action: allow, includes: { arches: ['amd64'] } },
    { names: ['ptrace'], action: allow, includes: { minKernel: '4.8' } },
    { names: ['future'], action: allow, includes: { minKernel: '99.1' } },
  ],
};

function names(change: Partial<Parameters<typeof resolveSeccomp>[1]> = {}): string[] {
  const options = {
    capabilities: [],
    nestedUserNamespaces: true,
    arch: 'x64',
    kernel: '6.1.0-9-amd64',
    ...change,
  };
  return resolveSeccomp(profile, options).syscalls.flatMap((rule) =>
    rule.names.map((name) => `${name} ${rule.action}`),
  );
}

describe('seccomp', () => {
  it('resolves capabilities, architecture and kernel', () => {
    assert.ok(names().includes('chroot SCMP_ACT_ERRNO'));
    assert.ok(names({ capabilities: ['CAP_SYS_CHROOT'] }).includes('chroot SCMP_ACT_ALLOW'));
    assert.ok(names().includes('arch_prctl SCMP_ACT_ALLOW'));
    assert.ok(!names({ arch: 'arm64' }).includes('arch_prctl SCMP_ACT_ALLOW'));
    assert.ok(names().includes('ptrace SCMP_ACT_ALLOW'));
    assert.ok(!names({ kernel: '4.7.1' }).includes('ptrace SCMP_ACT_ALLOW'));
    assert.ok(!names().includes('future SCMP_ACT_ALLOW'));
  });

  it('names the native architecture alone', () => {
    const options = { capabilities: [], nestedUserNamespaces: true, arch: 'arm64' };
    assert.deepEqual(resolveSeccomp(profile, options).architectures, ['SCMP_ARCH_AARCH64']);
  });

  it('denies new user namespaces unless they are allowed', () => {
    const { syscalls } = resolveSeccomp(profile, {
      capabilities: [],
      nestedUserNamespaces: false,
      arch: 'x64',
    });
    const of = (name: string) => syscalls.filter((rule) => rule.names.includes(name));
    assert.deepEqual(
      of('clone3').map(({ action, errnoRet }) => [action, errnoRet]),
      [['SCMP_ACT_ERRNO', 38]],
    );
    for (const name of ['clone', 'unshare']) {
      const flags = of(name).map(({ action, args }) => [action, args?.[0]?.value, args?.[0]?.valueTwo]);
      assert.deepEqual(flags, [
        [allow, 0x10000000, 0],
        ['SCMP_ACT_ERRNO', 0x10000000, 0x10000000],
      ]);
    }
    assert.equal(of('read').length, 1);
  });

  it('fails closed without a profile, and says what to install', () => {
    assert.throws(
      () => loadSeccompProfile(['/nonexistent/seccomp.json']),
      (error) =>
        error instanceof SandboxError && error.code === 'HostToolMissing' && /apt-get/.test(error.hint ?? ''),
    );
  });
});
