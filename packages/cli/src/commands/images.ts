import { type ToolboxImageName, toolboxImages } from '@assay/library';
import type { Command } from 'commander';
import { CliError } from '../error.ts';
import { connectSession } from '../factory/session.ts';
import { openHome } from '../home.ts';
import { type OutputFormat, outputOption, writeData } from '../terminal/output.ts';
import { formatElapsed, styleFor } from '../terminal/style.ts';

export function addImagesCommand(program: Command): void {
  const images = program.command('images').description("the factory's own images");
  images
    .command('build')
    .description('build toolbox, toolbox-go and static from Debian packages; what is built already is kept')
    .argument('[image...]', 'only these')
    .addOption(outputOption())
    .addHelpText('after', '\nExample:\n  assay images build toolbox')
    .action(async (names: string[], { output }: { output?: OutputFormat }) => {
      const started = performance.now();
      const style = styleFor(process.stderr);
      const home = openHome();
      const [{ buildToolboxImages }, { createRegistryClient, openLayoutStore }] = await Promise.all([
        import('@assay/library'),
        import('@assay/oci'),
      ]);
      const running = await connectSession(home);
      const store = running ? createRegistryClient() : openLayoutStore(home.registry);
      const built = await buildToolboxImages({
        store,
        host: running?.registryHost ?? 'localhost',
        cacheDir: home.cache,
        onProgress: ({ image, phase, detail }) => {
          process.stderr.write(`${style('cyan', image)} ${phase} ${style('dim', detail)}\n`);
        },
        ...(names.length > 0 && { images: names.map(toImageName) }),
      });
      await running?.close();
      if (output) writeData(built, output);
      else for (const { name, digest } of built) process.stdout.write(`localhost/${name}@${digest}\n`);
      process.stderr.write(`${built.length} images in ${formatElapsed(performance.now() - started)}\n`);
    });
}

function toImageName(name: string): ToolboxImageName {
  if (Object.hasOwn(toolboxImages, name)) return name as ToolboxImageName;
  throw new CliError('Usage', `the factory has no image ${name}`, {
    hint: `it has ${Object.keys(toolboxImages).join(', ')}`,
  });
}
