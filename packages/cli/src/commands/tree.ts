import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePublicKey } from '@assay/attestation';
import { parseReference, referenceTarget } from '@assay/oci';
import type { Command } from 'commander';
import { trustOption, trustPlace } from '../catalog/trust-place.ts';
import type { KnownKey } from '../evidence/evidence-tree.ts';
import { keyFiles } from '../factory/signing-key.ts';
import { type Home, openHome } from '../home.ts';
import { openRegistryStores } from '../policy/registry-stores.ts';
import { type OutputFormat, outputOption, writeData } from '../terminal/output.ts';
import { styleFor } from '../terminal/style.ts';

interface TreeFlags {
  key?: string[];
  trust?: string;
  output?: OutputFormat;
}

export function addTreeCommand(program: Command): void {
  program
    .command('tree')
    .description(
      'the evidence of an image: source, tasks and what passed between them, attestations, verdicts, releases',
    )
    .argument('<image>', 'a tag is resolved to its digest first')
    .option('--key <file...>', "public keys whose signatures count (default: this factory's)")
    .addOption(trustOption())
    .addOption(outputOption())
    .addHelpText('after', '\nExample:\n  assay tree localhost:5050/released/hello:1.0')
    .action(tree);
}

async function tree(image: string, flags: TreeFlags): Promise<void> {
  const home = openHome();
  const [{ readTrust }, { readTree }, { treeText }] = await Promise.all([
    import('@assay/catalog'),
    import('../evidence/evidence-tree.ts'),
    import('../evidence/print-tree.ts'),
  ]);
  const named = parseReference(image);
  const { repository } = named;
  const stores = await openRegistryStores(home);
  try {
    const store = stores.store(repository);
    const { digest } = await store.resolve(repository, referenceTarget(named));
    const trust = await readTrust(await trustPlace(home, stores, flags.trust));
    const found = await readTree({
      ...{ store, repository, digest, keys: knownKeys(home, flags.key), now: new Date() },
      trust: trust?.tasks ?? {},
    });
    if (flags.output) writeData(found, flags.output);
    else process.stdout.write(`${treeText(found, styleFor(process.stdout))}\n`);
  } finally {
    stores.close();
  }
}

function knownKeys(home: Home, files: readonly string[] | undefined): KnownKey[] {
  const own = [
    { owner: 'the observer', file: keyFiles(home.keys).publicKey },
    { owner: 'the gate', file: keyFiles(join(home.keys, 'gate')).publicKey },
  ].filter(({ file }) => existsSync(file));
  const given = files?.map((file) => ({ owner: file, file }));
  return (given ?? own).map(({ owner, file }) => ({
    owner,
    key: parsePublicKey(readFileSync(file, 'utf8')),
  }));
}
