import { existsSync } from 'node:fs';
import { mergeSnapshots, readSnapshot, type SnapshotSpec, Snapshots, snapshotOfImage } from '@assay/policy';
import { CliError } from '../error.ts';
import type { Home } from '../home.ts';
import type { ImageFlags } from './flags/image-flags.ts';
import { isInline, readTextArgument } from './read-text.ts';
import { runningFactory } from './running-factory.ts';

/**
 * The images that flags and arguments name, each once.
 * @throws CliError Usage when there is none; PolicyError InvalidSnapshot
 */
export async function readImages(
  flags: ImageFlags,
  references: readonly string[],
  home: Home,
): Promise<{ snapshot: SnapshotSpec; name?: string }> {
  const given: SnapshotSpec[] = [];
  let name: string | undefined;
  for (const [flag, argument] of [
    ['--images', flags.images],
    ['--file-path', flags.filePath],
    ['--json-input', flags.jsonInput],
  ] as const) {
    if (argument === undefined) continue;
    const { text, place } = readTextArgument(argument, flag);
    given.push(readSnapshot(text, place));
  }
  if (flags.snapshot !== undefined) {
    if (isInline(flags.snapshot) || existsSync(flags.snapshot)) {
      const { text, place } = readTextArgument(flags.snapshot, '--snapshot');
      given.push(readSnapshot(text, place));
    } else {
      given.push(await readNamedSnapshot(flags.snapshot, home));
      name = flags.snapshot.split('/').at(-1);
    }
  }
  for (const reference of [...(flags.image === undefined ? [] : [flags.image]), ...references])
    given.push(snapshotOfImage(reference));
  const snapshot = mergeSnapshots(given);
  if (snapshot.components.length > 0) return { snapshot, ...(name !== undefined && { name }) };
  throw new CliError('Usage', 'no image is given', {
    hint: 'give --image REFERENCE, --images FILE or --snapshot NAME',
  });
}

async function readNamedSnapshot(argument: string, home: Home): Promise<SnapshotSpec> {
  const [name, namespace = 'default'] = argument.split('/').reverse() as [string, string?];
  const session = await runningFactory(home);
  if (!session) {
    throw new CliError('FactoryNotRunning', `Snapshot ${argument} is looked up in a factory, and none runs`, {
      hint: 'start it with `assay up`, or give the images with --images FILE',
    });
  }
  try {
    const found = await session.client.get(Snapshots, namespace, name);
    return readSnapshot(JSON.stringify(found.spec), `Snapshot ${namespace}/${name}`);
  } finally {
    await session.close();
  }
}
