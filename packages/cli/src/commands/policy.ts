import type { Command } from 'commander';
import { addImageFlags, type ImageFlags } from '../policy/flags/image-flags.ts';
import { addPolicyFlag } from '../policy/flags/policy-flags.ts';
import { addSignerFlags, type SignerFlags } from '../policy/flags/signer-flags.ts';
import { type OutputFormat, outputOption } from '../terminal/output.ts';

export interface ForecastFlags extends ImageFlags, SignerFlags {
  policy: string;
  all?: boolean;
  from: string;
  until: string;
  output?: OutputFormat;
}

export function addPolicyCommand(program: Command): void {
  const policy = program.command('policy').description('what policies will say');
  const forecast = policy
    .command('forecast')
    .description('say what will be denied when, if images, policy and data stay as they are')
    .argument('[references...]', 'images');
  addImageFlags(forecast);
  addPolicyFlag(forecast);
  addSignerFlags(forecast);
  forecast
    .option('--all', 'the images of the newest Snapshot of each application of the running factory')
    .option('--from <time>', 'the beginning: now, RFC 3339 or YYYY-MM-DD', 'now')
    .option('--until <time>', 'the end: a time, or +90d from the beginning', '+90d')
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Exit codes: 0 nothing changes for the worse, 3 something will be denied, 1 it could not be told, 2 wrong usage.

Example:
  assay policy forecast registry.example/team/app:1 --policy policy.yaml --until +90d`,
    )
    .action(async (references: string[], flags: ForecastFlags) => {
      const { printForecast } = await import('../policy/print-forecast.ts');
      await printForecast(references, flags);
    });
}
