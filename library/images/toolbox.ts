import type { ImageRecipe } from '../src/images/recipe.ts';
import { accountFiles, homeDirectories } from './accounts.ts';

/** What a task's script may expect to find. */
export const toolboxPackages = [
  'base-files',
  'bash',
  'busybox',
  'ca-certificates',
  'coreutils',
  'curl',
  'diffutils',
  'file',
  'findutils',
  'gawk',
  'git',
  'grep',
  'gzip',
  'hostname',
  'jq',
  'libc-bin',
  'openssl',
  'procps',
  'python3',
  'sed',
  'tar',
  'tzdata',
  'util-linux',
  'xz-utils',
];

/** Commands that scripts use and no package here brings. */
const busyboxCommands = [
  'ash',
  'ip',
  'less',
  'nc',
  'netstat',
  'nslookup',
  'ping',
  'unzip',
  'vi',
  'wget',
  'xxd',
];

/** Documentation and translations: nothing runs them. */
export const documentation: (string | RegExp)[] = [
  '/usr/share/doc',
  '/usr/share/doc-base',
  '/usr/share/man',
  '/usr/share/info',
  '/usr/share/locale',
  '/usr/share/lintian',
  '/usr/share/bug',
  '/usr/share/bash-completion',
  '/usr/share/menu',
  '/usr/share/pixmaps',
  '/usr/share/applications',
];

/** For scripts: shell, text and archive tools, git, curl, jq, openssl, Python; and our own programs. */
export const toolbox: ImageRecipe = {
  name: 'toolbox',
  layers: [
    {
      kind: 'packages',
      install: toolboxPackages,
      leaveOut: [
        // Needed by maintainer scripts only.
        'debconf',
        'debianutils',
        'dpkg',
        'init-system-helpers',
        'usrmerge',
        'gcc-12-base',
        // Perl, which only git's mail and conversion commands use.
        'git-man',
        'libdb5.3',
        'liberror-perl',
        'libfile-find-rule-perl',
        'libgdbm-compat4',
        'libgdbm6',
        'libnumber-compare-perl',
        'libperl5.36',
        'libtext-glob-perl',
        'perl',
        'perl-base',
        'perl-modules-5.36',
        // Log-in and package databases.
        'libpam-modules',
        'libpam-modules-bin',
        'libpam-runtime',
        'login',
        'passwd',
        'media-types',
        'readline-common',
        'sensible-utils',
      ],
      drop: [
        ...documentation,
        '/etc/init.d',
        '/etc/pam.d',
        '/lib/systemd',
        '/usr/lib/systemd',
        '/usr/share/gitweb',
        '/usr/share/initramfs-tools',
        '/usr/share/zoneinfo/right',
        '/usr/share/zoneinfo/posix',
        '/usr/lib/python3.11/ensurepip',
        '/usr/lib/python3.11/idlelib',
        '/usr/lib/python3.11/lib2to3',
        '/usr/lib/python3.11/test',
        '/usr/lib/python3.11/unittest/test',
        '/usr/share/git-core/contrib',
        '/usr/share/perl5',
        /^\/usr\/lib\/git-core\/git-(add--interactive|archimport|cvs\w+|send-email|svn)$/,
        /^\/usr\/lib\/[^/]+-linux-gnu\/(gconv|perl-base)(\/|$)/,
      ],
      links: {
        '/usr/bin/awk': 'gawk',
        // The shell of alpine, for which most scripts of Tasks are written; it takes those for Debian's as well.
        '/usr/bin/sh': 'busybox',
        '/usr/lib/ssl/cert.pem': '/etc/ssl/certs/ca-certificates.crt',
      },
      fallbackLinks: {
        ...Object.fromEntries(busyboxCommands.map((name) => [`/usr/bin/${name}`, 'busybox'])),
        '/usr/bin/python': 'python3',
        '/usr/bin/which': 'busybox',
      },
      directories: homeDirectories,
      files: accountFiles,
      certificateBundle: '/etc/ssl/certs/ca-certificates.crt',
    },
    { kind: 'programs', from: 'toolbox', to: '/usr/local' },
  ],
  config: {
    Entrypoint: ['/usr/local/bin/toolbox-entrypoint'],
    Cmd: ['bash'],
    Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C.UTF-8'],
    WorkingDir: '/',
    Labels: { 'org.opencontainers.image.title': 'toolbox' },
  },
};
