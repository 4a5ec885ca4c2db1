import type { Command } from 'commander';
import { type OutputFormat, outputOption } from '../terminal/output.ts';
import { addValidateImageCommand } from './validate/image.ts';
import { addValidateInputCommand } from './validate/input.ts';
import { addValidatePolicyCommand } from './validate/policy.ts';
import { addValidateVsaCommand } from './validate/vsa.ts';

export interface ValidateOptions {
  strict?: boolean;
  config: string[];
  output?: OutputFormat;
}

export function addValidateCommand(program: Command): void {
  const validate = program
    .command('validate')
    .enablePositionalOptions()
    .description(
      "check files of objects without running them, with Tekton's own words and the place in the file",
    )
    .argument('[paths...]', 'files, directories, or - for standard input', ['.tekton'])
    .option('--strict', 'also warn of what would behave differently on a cluster')
    .option(
      '--config <file>',
      "a ConfigMap feature-flags or config-defaults of a cluster's Tekton to check by (repeatable)",
      (file: string, files: string[]) => [...files, file],
      [],
    )
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Directories are searched for *.yaml, *.yml and *.json. Objects that refer to each other may stand in different files.

Exit codes: 0 nothing is wrong, 1 something is; warnings alone give 0.

Examples:
  assay validate
  assay validate pipeline.yaml tasks/
  assay validate --strict .tekton/
  kubectl get configmap feature-flags -n tekton-pipelines -o yaml > flags.yaml
  assay validate --config flags.yaml pipeline.yaml`,
    )
    .action(async (paths: string[], options: ValidateOptions) => {
      const { validateFiles } = await import('../validate/validate-files.ts');
      await validateFiles(paths, options);
    });
  addValidateImageCommand(validate);
  addValidateInputCommand(validate);
  addValidatePolicyCommand(validate);
  addValidateVsaCommand(validate);
}
