import type { Command } from 'commander';
import { booleanFlag, readCount } from '../../policy/flags/flag-values.ts';
import { addImageFlags, type ImageFlags } from '../../policy/flags/image-flags.ts';
import { addPolicyFlags, type PolicyFlags } from '../../policy/flags/policy-flags.ts';
import { addSignerFlags, type SignerFlags } from '../../policy/flags/signer-flags.ts';
import { addSummaryFlags, type SummaryFlags } from '../../policy/flags/summary-flags.ts';
import { addViewFlags, type ViewFlags } from '../../policy/flags/view-flags.ts';

export interface ValidateImageFlags extends ImageFlags, PolicyFlags, SignerFlags, SummaryFlags, ViewFlags {
  skipImageSigCheck: boolean;
  skipAttSigCheck: boolean;
  workers: number;
  fix?: string[];
}

/** What `--output` can be. */
export const imageReportFormats = [
  'json',
  'yaml',
  'text',
  'appstudio',
  'summary',
  'summary-markdown',
  'junit',
  'attestation',
  'policy-input',
  'vsa',
] as const;

export function addValidateImageCommand(validate: Command): void {
  const command = validate
    .command('image')
    .description("judge images by a policy, with the verdict of Konflux's gate and how to fix what failed")
    .argument('[references...]', 'images');
  addImageFlags(command);
  addPolicyFlags(command);
  addSignerFlags(command);
  command
    .addOption(booleanFlag('--skip-image-sig-check', "do not check the image's own signature"))
    .addOption(booleanFlag('--skip-att-sig-check', "do not check the attestations' signatures"))
    .option('--workers <count>', 'how many images are worked on at once', readCount, 5);
  command.option(
    '--fix <file...>',
    'write trusted task references into these pipeline files in place of denied ones',
  );
  addViewFlags(command, imageReportFormats);
  addSummaryFlags(command);
  command
    .addHelpText(
      'after',
      `
Exit codes: 0 the images pass, 3 the policy denies one, 1 it could not be decided (a source is gone, say), 2 wrong usage.

Examples:
  assay validate image registry.example/team/app:1 --policy policy.yaml
  assay validate image --images snapshot.yaml --policy github.com/org/config//default?ref=main \\
    --public-key cosign.pub --output text --output json=report.json --info`,
    )
    .action(async (references: string[], flags: ValidateImageFlags) => {
      const { validateImages } = await import('../../policy/validate-images.ts');
      await validateImages(references, flags);
    });
}
