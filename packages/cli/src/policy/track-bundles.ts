import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { formatReference, parseReference, referenceTarget } from '@assay/oci';
import { type TrackedReference, trackReferences } from '@assay/policy';
import { parse, stringify } from 'yaml';
import type { TrackFlags } from '../commands/track.ts';
import { CliError } from '../error.ts';
import { openHome } from '../home.ts';
import { openPolicyWorkplace, type PolicyWorkplace } from './workplace.ts';

/** Writes a list of trusted tasks with more in it. @throws CliError Usage; OciError; PolicyError InvalidInput */
export async function trackBundles(flags: TrackFlags): Promise<void> {
  const now = new Date();
  const place = await openPolicyWorkplace(openHome());
  try {
    const present = await readList(flags.input, place);
    const bundles = [...(flags.freshen ? trackedTags(present) : []), ...(flags.bundle ?? [])];
    const references = await Promise.all(bundles.map((bundle) => resolved(bundle, place)));
    references.push(...(flags.git ?? []).map(gitReference));
    if (references.length === 0 && flags.input === undefined) {
      throw new CliError('Usage', 'nothing to track is given', {
        hint: 'give --bundle REFERENCE or --git ADDRESS',
      });
    }
    const document = trackReferences(references, {
      present,
      place: flags.input ?? 'the list',
      now,
      inEffectDays: flags.inEffectDays,
      prune: flags.prune,
    });
    const text = `---\n${stringify(document, { lineWidth: 0 })}`;
    const file = flags.output ?? (flags.replace ? flags.input : undefined);
    if (file === undefined) process.stdout.write(text);
    else writeFileSync(file, text);
  } finally {
    place.close();
  }
}

async function readList(input: string | undefined, place: PolicyWorkplace): Promise<string> {
  if (input === undefined) return '';
  if (!input.startsWith('oci:')) {
    if (existsSync(input)) return readFileSync(input, 'utf8');
    throw new CliError('Usage', `--input: there is no file ${input}`);
  }
  const { files, pinned } = await place.loader.load(`oci::${input.slice('oci:'.length)}`);
  const [list] = [...files].filter(([path]) => /\.ya?ml$/.test(path));
  if (list) return new TextDecoder().decode(list[1]);
  throw new CliError('Usage', `${pinned} holds no YAML file`);
}

/** The bundles that the tags of a list stand for. */
function trackedTags(text: string): string[] {
  const { trusted_tasks: tasks = {} } = (parse(text) ?? {}) as { trusted_tasks?: Record<string, unknown> };
  return Object.keys(tasks).flatMap((key) => (key.startsWith('oci://') ? [key.slice('oci://'.length)] : []));
}

async function resolved(bundle: string, { store }: PolicyWorkplace): Promise<TrackedReference> {
  const reference = parseReference(bundle);
  const { digest: _, ...named } = reference;
  const ref =
    reference.digest ??
    (await store(reference.repository).resolve(reference.repository, referenceTarget(reference))).digest;
  return { key: `oci://${formatReference(named)}`, ref };
}

function gitReference(address: string): TrackedReference {
  const [, key, ref] = /^(git\+https?:\/\/[^@]+\/\/[^@]+)@([0-9a-f]{40})$/.exec(address) ?? [];
  if (key !== undefined && ref !== undefined) return { key, ref };
  throw new CliError('Usage', `--git ${address} names no task in git`, {
    hint: 'write it git+https://HOST/REPO.git//PATH@COMMIT with the whole commit',
  });
}
