import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FetchFlags } from '../commands/fetch.ts';
import { CliError } from '../error.ts';
import { openHome } from '../home.ts';
import { printable } from '../terminal/style.ts';
import { openPolicyWorkplace } from './workplace.ts';

/** Downloads sources, each into a directory named after its address. @throws CliError Usage; PolicyError */
export async function fetchPolicies({ source = [], dataSource = [], dest }: FetchFlags): Promise<void> {
  if (source.length + dataSource.length === 0) {
    throw new CliError('Usage', 'no source is given', {
      hint: 'give --source ADDRESS or --data-source ADDRESS',
    });
  }
  const place = await openPolicyWorkplace(openHome());
  try {
    for (const [kind, addresses] of [
      ['policy', source],
      ['data', dataSource],
    ] as const) {
      for (const address of addresses) {
        const { pinned, files } = await place.loader.load(address);
        const directory = join(dest, kind, createHash('sha256').update(address).digest('hex').slice(0, 9));
        for (const [path, bytes] of files) {
          mkdirSync(dirname(join(directory, path)), { recursive: true });
          writeFileSync(join(directory, path), bytes);
        }
        process.stdout.write(`${printable(`${pinned}: ${files.size} files in ${directory}`)}\n`);
      }
    }
  } finally {
    place.close();
  }
}
