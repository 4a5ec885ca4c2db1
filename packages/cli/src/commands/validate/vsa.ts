import type { Command } from 'commander';
import { readDuration } from '../../policy/flags/flag-values.ts';
import { addImageFlags, type ImageFlags } from '../../policy/flags/image-flags.ts';
import { addPolicyFlag } from '../../policy/flags/policy-flags.ts';
import { addSignerFlags, type SignerFlags } from '../../policy/flags/signer-flags.ts';

export interface ValidateVsaFlags extends ImageFlags, SignerFlags {
  policy: string;
  vsaPublicKey: string;
  vsaExpiration: string;
  conformaExitCodes?: boolean;
}

export function addValidateVsaCommand(validate: Command): void {
  const command = validate
    .command('vsa')
    .description(
      'check that each image has a valid verification summary for a policy, without judging it again',
    )
    .argument('[references...]', 'images');
  addImageFlags(command);
  addPolicyFlag(command);
  addSignerFlags(command);
  command
    .requiredOption('--vsa-public-key <key>', 'the key that summaries must be signed by')
    .option('--vsa-expiration <duration>', 'how old a summary may be', readDuration, '168h')
    .option('--conforma-exit-codes', 'end with 1, not 3, when the answer is no, as Conforma does')
    .addHelpText(
      'after',
      `
Exit codes: 0 each image has one, 3 one has none, 1 it could not be decided, 2 wrong usage.`,
    )
    .action(async (references: string[], flags: ValidateVsaFlags) => {
      const { validateSummaries } = await import('../../policy/validate-summaries.ts');
      await validateSummaries(references, flags);
    });
}
