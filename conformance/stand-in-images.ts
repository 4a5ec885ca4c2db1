import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { type BuiltImage, buildToolboxImages } from '@assay/library';
import {
  assembleImage,
  type ContainerConfig,
  type ContentStore,
  type LayerEntry,
  pushImage,
  writeLayer,
} from '@assay/oci';

/** What a public image has that the toolbox has not. */
interface StandIn {
  config: ContainerConfig;
  entries?: LayerEntry[];
}

/** The shell of busybox, which takes `==` for `=` and does not expand backslashes. */
const busyboxShell: LayerEntry = { name: 'usr/bin/sh', type: 'symlink', target: 'busybox', mode: 0o777 };

/** Runs its arguments when the first is a program, and gives them to bash when it is an option. */
const bashEntrypoint = `#!/bin/bash
case "$1" in
  '' | -*) exec bash "$@" ;;
  *) exec "$@" ;;
esac
`;

/** By the last part of the repository's name: images that are known for something else than Debian with bash. */
const standIns: Record<string, StandIn> = {
  alpine: { config: { Cmd: ['/bin/sh'] }, entries: [busyboxShell] },
  busybox: { config: { Cmd: ['sh'] }, entries: [busyboxShell] },
  bash: {
    config: { Entrypoint: ['docker-entrypoint.sh'], Cmd: ['bash'] },
    entries: [
      busyboxShell,
      {
        name: 'usr/local/bin/docker-entrypoint.sh',
        type: 'file',
        mode: 0o755,
        content: Buffer.from(bashEntrypoint),
      },
    ],
  },
  python: { config: { Cmd: ['python3'] } },
};

/**
 * Builds the toolbox, and on top of it an image for each public one whose shell, ENTRYPOINT or CMD examples rely on.
 * @returns the image to run in place of the one that an example names
 */
export async function buildStandInImages(
  store: ContentStore,
  cacheDir: string,
  scratch: string,
): Promise<(reference: string) => string> {
  const [toolbox] = await buildToolboxImages({ store, cacheDir, host: 'localhost', images: ['toolbox'] });
  for (const [name, standIn] of Object.entries(standIns)) {
    await buildStandIn(store, toolbox!, name, standIn, join(scratch, `${name}.tar`));
  }
  return (reference) => {
    const name = reference.replace(/@.*$/, '').split('/').at(-1)!.replace(/:.*$/, '');
    return Object.hasOwn(standIns, name) ? `localhost/stand-in-${name}` : 'localhost/toolbox';
  };
}

async function buildStandIn(
  store: ContentStore,
  toolbox: BuiltImage,
  name: string,
  { config, entries = [] }: StandIn,
  file: string,
): Promise<void> {
  const sourceDateEpoch = 0;
  const layers = entries.length > 0 ? [await writeLayer(entries, { output: file, sourceDateEpoch })] : [];
  const image = await assembleImage({
    base: { store, repository: toolbox.repository, digest: toolbox.digest },
    layers,
    config,
    sourceDateEpoch,
    platform: { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch },
  });
  const content = () => createReadStream(file);
  await pushImage(store, `localhost/stand-in-${name}`, { image, layers, content, tags: ['latest'] });
}
