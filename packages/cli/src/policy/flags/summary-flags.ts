import { type Command, Option } from 'commander';
import { booleanFlag, readDuration, repeatedFlag } from './flag-values.ts';

/** What is done with verification summaries (VSA). */
export interface SummaryFlags {
  vsa: boolean;
  vsaSigningKey?: string;
  vsaPublicKey?: string;
  vsaUpload?: string[];
  vsaExpiration: string;
  attestationFormat: 'dsse' | 'predicate';
  attestationOutputDir?: string;
}

export function addSummaryFlags(command: Command): void {
  command
    .addOption(booleanFlag('--vsa', 'sign a verification summary of each image that passes, and attach it'))
    .option('--vsa-signing-key <file>', 'the key to sign summaries with; its password is in COSIGN_PASSWORD')
    .option('--vsa-public-key <key>', 'take a valid summary by this key in place of judging its image again')
    .addOption(
      repeatedFlag(
        '--vsa-upload <place>',
        'where summaries go: oci (beside the image), local@DIRECTORY (repeatable)',
      ),
    )
    .addOption(
      new Option('--vsa-expiration <duration>', 'how old a summary may be')
        .argParser(readDuration)
        .default('168h'),
    )
    .addOption(
      new Option('--attestation-format <format>', 'what --attestation-output-dir gets')
        .choices(['dsse', 'predicate'])
        .default('dsse'),
    )
    .option('--attestation-output-dir <directory>', 'write each summary into a file of this directory, too');
}
