import type { ImageRecipe } from '../src/images/recipe.ts';
import { documentation, toolbox, toolboxPackages } from './toolbox.ts';

/** The toolbox with Go: builds, vets and tests programs without cgo, and without a network. */
export const toolboxGo: ImageRecipe = {
  name: 'toolbox-go',
  base: 'toolbox',
  layers: [
    {
      kind: 'packages',
      onTopOf: toolboxPackages,
      install: ['golang-go'],
      leaveOut: [],
      drop: [
        ...documentation,
        /^\/usr\/(lib|share)\/go-[^/]+\/(api|doc|misc|test)(\/|$)/,
        // Go's own tools as sources and archives; they are there as programs.
        /^\/usr\/share\/go-[^/]+\/src\/cmd\//,
        /^\/usr\/lib\/go-[^/]+\/pkg\/linux_[^/]+\/cmd\//,
        /^\/usr\/lib\/go-[^/]+\/pkg\/tool\/[^/]+\/(api|dist|doc|pprof|trace)$/,
        /^\/usr\/share\/go-[^/]+\/src\/.*(_test\.go$|\/testdata(\/|$))/,
      ],
      links: {},
      directories: { '/go': { mode: 0o1777 } },
      files: {},
    },
    {
      kind: 'go-build-cache',
      packages: [
        'archive/tar',
        'archive/zip',
        'embed',
        'encoding/csv',
        'encoding/gob',
        'encoding/json',
        'encoding/xml',
        'html/template',
        'log',
        'net/http/httptest',
        'os/exec',
        'os/signal',
        'os/user',
        'testing/fstest',
        'testing/iotest',
        'testing/quick',
      ],
      to: '/var/cache/go-build',
    },
  ],
  config: {
    ...toolbox.config,
    Env: [
      ...(toolbox.config.Env ?? []),
      'CGO_ENABLED=0',
      'GOCACHE=/var/cache/go-build',
      'GOPATH=/go',
      'GOTOOLCHAIN=local',
    ],
    Labels: { 'org.opencontainers.image.title': 'toolbox-go' },
  },
};
