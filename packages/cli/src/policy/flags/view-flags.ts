import { type Command, Option } from 'commander';
import { booleanFlag, repeatedFlag } from './flag-values.ts';

/** How reports are shown and where they go. */
export interface ViewFlags {
  output?: string[];
  outputFile?: string;
  showSuccesses: boolean;
  showWarnings: boolean;
  showPolicyDocsLink: boolean;
  color?: boolean;
}

export function addViewFlags(command: Command, formats: readonly string[]): void {
  command
    .addOption(
      repeatedFlag(
        '--output <format>',
        `FORMAT[=FILE][?show-successes=true&show-warnings=false] (repeatable): ${formats.join(', ')} (default: text)`,
      ),
    )
    .addOption(new Option('-o, --output-file <file>').hideHelp())
    .addOption(booleanFlag('--show-successes', 'list the rules that held'))
    .addOption(booleanFlag('--show-warnings', 'list the warnings', true))
    .addOption(booleanFlag('--show-policy-docs-link', 'end text reports with where rules are explained'))
    .option('--color', 'colour the text report even where it is piped')
    .option('--no-color', 'do not colour the text report');
}
