import {
  type Forecast,
  forecastImages,
  loadPolicy,
  mergeSnapshots,
  parseTime,
  readSnapshot,
  type Snapshot,
  type SnapshotSpec,
  Snapshots,
} from '@assay/policy';
import type { ForecastFlags } from '../commands/policy.ts';
import { CliError } from '../error.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Home, openHome } from '../home.ts';
import { writeData } from '../terminal/output.ts';
import { printable, styleFor } from '../terminal/style.ts';
import { keylessVerifier } from './keyless.ts';
import { withSigner } from './policy-signer.ts';
import { readImages } from './read-images.ts';
import { runningFactory } from './running-factory.ts';
import { openPolicyWorkplace, readPolicy } from './workplace.ts';

/**
 * Prints what will be denied when.
 * @throws CliError, PolicyError when it cannot be told
 */
export async function printForecast(references: readonly string[], flags: ForecastFlags): Promise<void> {
  const home = openHome();
  const from = readTime(flags.from, '--from', new Date());
  const until = readTime(flags.until, '--until', from);
  const place = await openPolicyWorkplace(home);
  try {
    const snapshot = flags.all
      ? await newestSnapshots(home)
      : (await readImages(flags, references, home)).snapshot;
    const policy = await loadPolicy({
      policy: withSigner(await readPolicy(flags, place), flags, home),
      store: place.store,
      loader: place.loader,
      ignoreRekor: flags.ignoreRekor,
      ...(flags.trustedRoot && { keyless: await keylessVerifier(flags.trustedRoot, flags.ignoreRekor) }),
    });
    const forecast = await forecastImages(policy, { snapshot, from, until });
    if (flags.output) writeData(forecast, flags.output);
    else printTable(forecast);
    const worse = forecast.images.some(({ changes }) => changes.some(({ kind }) => kind === 'denied'));
    process.exitCode = worse ? exitCodes.denied : exitCodes.done;
  } finally {
    place.close();
  }
}

/** A time, or so many days (`+90d`) or hours (`+36h`) after another. @throws CliError Usage */
export function readTime(text: string, flag: string, base: Date): Date {
  if (text === 'now') return base;
  const [, amount, unit] = /^\+(\d+)([dh])$/.exec(text) ?? [];
  if (amount !== undefined) {
    return new Date(base.getTime() + Number(amount) * (unit === 'd' ? 24 : 1) * 3600 * 1000);
  }
  const time = parseTime(text);
  if (time) return time;
  throw new CliError('Usage', `${flag}: ${JSON.stringify(text)} is not a time`, {
    hint: 'use +90d, an RFC 3339 time or a day such as 2026-01-31',
  });
}

/** The images of the newest Snapshot of each application. */
async function newestSnapshots(home: Home): Promise<SnapshotSpec> {
  const session = await runningFactory(home);
  if (!session) {
    throw new CliError('FactoryNotRunning', '--all asks a running factory for its images, and none runs', {
      hint: 'start it with `assay up`, or name the images',
    });
  }
  try {
    const { items } = await session.client.list(Snapshots);
    const newest = new Map<string, Snapshot>();
    for (const snapshot of items) {
      const key = `${snapshot.metadata.namespace}/${snapshot.spec.application ?? snapshot.metadata.name}`;
      const known = newest.get(key)?.metadata.creationTimestamp ?? '';
      if ((snapshot.metadata.creationTimestamp ?? '') >= known) newest.set(key, snapshot);
    }
    const specs = [...newest.values()].map(({ spec, metadata }) =>
      readSnapshot(JSON.stringify(spec), `Snapshot ${metadata.namespace}/${metadata.name}`),
    );
    return mergeSnapshots(specs);
  } finally {
    await session.close();
  }
}

function printTable({ from, until, moments, images }: Forecast): void {
  const style = styleFor(process.stdout);
  const day = (time: Date) => time.toISOString().slice(0, 10);
  const rows = images.flatMap(({ name, containerImage, changes }) =>
    changes.map(({ at, kind, code, term, msg }) => [
      day(at),
      kind === 'denied' ? style('red', kind.padEnd(8)) : style('green', kind.padEnd(8)),
      `${name} ${shortened(containerImage)}`,
      `${code || msg}${term ? ` ${term}` : ''}`,
    ]),
  );
  const width = Math.max(0, ...rows.map(([, , image]) => image!.length));
  for (const [at, kind, image, what] of rows.sort(([a], [b]) => (a! < b! ? -1 : 1)))
    process.stdout.write(`${at}  ${kind}  ${printable(image!.padEnd(width))}  ${printable(what!)}\n`);
  const denied = images.filter(({ passes }) => !passes).length;
  const failing = images.filter(({ deniedFrom }) => deniedFrom !== undefined).length;
  process.stdout.write(
    `${day(from)} to ${day(until)}, ${moments} moments looked at: ${images.length} images, ${denied} denied at the beginning, ${failing} denied later\n`,
  );
}

function shortened(image: string): string {
  return image.replace(/(@sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1');
}
