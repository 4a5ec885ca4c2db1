import { compareImages, type Difference, differenceCauses, type ImageComparison } from '@assay/oci';
import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { openImageStore } from '../factory/image-stores.ts';
import { type OutputFormat, outputOption, writeData } from '../terminal/output.ts';
import { printable, type Style, styleFor } from '../terminal/style.ts';

export function addDiffCommand(program: Command): void {
  program
    .command('diff')
    .description(
      'say whether two images are byte-identical and, if not, which layers and files differ and why',
    )
    .argument('<left>', 'an image')
    .argument('<right>', 'another one')
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Exit codes: 0 the images are identical, 1 they differ.

Example:
  assay diff localhost:5050/demo/hello:1 localhost:5050/demo/hello:2`,
    )
    .action(async (left: string, right: string, { output }: { output?: OutputFormat }) => {
      const images = await Promise.all([openImageStore(left), openImageStore(right)]);
      const comparison = await compareImages(images[0]!, images[1]!);
      if (output) writeData(comparison, output);
      else printComparison(comparison);
      process.exitCode = comparison.equal ? exitCodes.done : exitCodes.failed;
    });
}

/** As many places of one cause as a person wants to read. */
const mostPlaces = 3;

function printComparison({ left, right, equal, differences }: ImageComparison): void {
  const style = styleFor(process.stdout);
  if (equal) {
    process.stdout.write(`${style('green', '✔')} identical: ${left}\n`);
    return;
  }
  process.stdout.write(`${style('red', '✖')} different: ${left}\n${' '.repeat(13)}${right}\n`);
  for (const cause of new Set(differences.map((difference) => difference.cause))) {
    const places = differences.filter((difference) => difference.cause === cause);
    process.stdout.write(`  ${style('bold', cause)}: ${differenceCauses[cause]}\n`);
    for (const place of places.slice(0, mostPlaces)) process.stdout.write(`    ${describe(place, style)}\n`);
    if (places.length > mostPlaces) process.stdout.write(`    and ${places.length - mostPlaces} more\n`);
  }
}

function describe({ layer, path, left, right }: Difference, style: Style): string {
  const where = layer === 'config' ? 'config' : `layer ${layer}`;
  return printable(`${where}${path ? ` ${path}` : ''}: ${left} ${style('dim', 'and')} ${right}`);
}
