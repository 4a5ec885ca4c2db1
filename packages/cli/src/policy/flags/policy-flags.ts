import { type Command, Option } from 'commander';
import { acceptUpstreamFlags, booleanFlag, readCount, readDuration, repeatedFlag } from './flag-values.ts';

/** What verdicts are given by, and how. */
export interface PolicyFlags {
  policy: string;
  effectiveTime: string;
  allowPastEffectiveTime: boolean;
  extraRuleData?: string[];
  filterType: 'include-exclude' | 'ec-policy';
  info: boolean;
  strict: boolean;
  timeout: string;
  retryMaxRetry?: number;
  conformaExitCodes?: boolean;
  conformaQuirks?: boolean;
}

export function addPolicyFlag(command: Command): void {
  command.option(
    '-p, --policy <policy>',
    'the policy: a file, a git reference, [NAMESPACE/]NAME in the running factory, or itself',
    'enterprise-contract-service/default',
  );
}

export function addPolicyFlags(command: Command): void {
  addPolicyFlag(command);
  command
    .option('--effective-time <time>', 'when to judge: now, attestation, RFC 3339 or YYYY-MM-DD', 'now')
    .addOption(booleanFlag('--allow-past-effective-time', 'let that time lie in the past'))
    .addOption(
      repeatedFlag('--extra-rule-data <name=value>', 'rule data for every source; a value may be a file'),
    )
    .addOption(
      new Option(
        '--filter-type <type>',
        'how rules are chosen: by criteria, or by the pipeline intention first',
      )
        .choices(['include-exclude', 'ec-policy'])
        .default('include-exclude'),
    )
    .addOption(booleanFlag('--info', 'keep titles, descriptions and solutions in the results'))
    .addOption(booleanFlag('-s, --strict', 'end with an error code when the answer is no', true))
    .addOption(
      new Option('--timeout <duration>', 'how long one image may be evaluated')
        .argParser(readDuration)
        .default('5m0s'),
    )
    .addOption(new Option('--retry-max-retry <count>').argParser(readCount).hideHelp())
    .option('--conforma-exit-codes', 'end with 1, not 3, when the answer is no, as Conforma does')
    .option('--conforma-quirks', 'give the verdicts of Conforma also where it is known to err');
  acceptUpstreamFlags(command);
}
