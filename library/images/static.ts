import type { ImageRecipe } from '../src/images/recipe.ts';
import { accountFiles, homeDirectories } from './accounts.ts';

/** A base for programs that need no C library: accounts, certificates, time zones, nothing that runs. */
export const staticBase: ImageRecipe = {
  name: 'static',
  layers: [
    {
      kind: 'packages',
      install: ['ca-certificates', 'tzdata', 'base-files'],
      leaveOut: [],
      keep: ['/usr/share/zoneinfo', '/usr/lib/os-release', '/etc/os-release'],
      drop: ['/usr/share/zoneinfo/right', '/usr/share/zoneinfo/posix'],
      links: {},
      directories: homeDirectories,
      files: accountFiles,
      certificateBundle: '/etc/ssl/certs/ca-certificates.crt',
    },
  ],
  config: {
    User: '65532:65532',
    Env: [
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt',
    ],
    WorkingDir: '/',
    Labels: { 'org.opencontainers.image.title': 'static' },
  },
};
