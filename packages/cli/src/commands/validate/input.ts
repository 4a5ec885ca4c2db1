import { type Command, Option } from 'commander';
import { readCount, repeatedFlag } from '../../policy/flags/flag-values.ts';
import { addPolicyFlags, type PolicyFlags } from '../../policy/flags/policy-flags.ts';
import { addViewFlags, type ViewFlags } from '../../policy/flags/view-flags.ts';

export interface ValidateInputFlags extends PolicyFlags, ViewFlags {
  file?: string[];
  workers?: number;
}

/** What `--output` can be. */
export const inputReportFormats = ['json', 'yaml', 'text', 'summary'] as const;

export function addValidateInputCommand(validate: Command): void {
  const command = validate
    .command('input')
    .description('judge JSON and YAML documents of any kind by a policy')
    .argument('[files...]', 'documents; - is standard input');
  addPolicyFlags(command);
  addViewFlags(command, inputReportFormats);
  command
    .addOption(repeatedFlag('-f, --file <file>', '').hideHelp())
    .addOption(new Option('--workers <count>').argParser(readCount).hideHelp())
    .addHelpText(
      'after',
      `
Exit codes: 0 the documents pass, 3 the policy denies one, 1 it could not be decided, 2 wrong usage.

Example:
  assay validate input .tekton/build.yaml --policy policy.yaml --info`,
    )
    .action(async (files: string[], flags: ValidateInputFlags) => {
      const { validateInputs } = await import('../../policy/validate-inputs.ts');
      await validateInputs([...files, ...(flags.file ?? [])], flags);
    });
}
