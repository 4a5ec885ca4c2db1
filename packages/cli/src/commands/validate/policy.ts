import type { Command } from 'commander';
import { addPolicyFlag } from '../../policy/flags/policy-flags.ts';

export function addValidatePolicyCommand(validate: Command): void {
  const command = validate
    .command('policy')
    .description(
      'check a policy configuration against its schema, and that its sources can be fetched and compiled',
    );
  addPolicyFlag(command);
  command
    .option('--schema-only', 'fetch no source')
    .action(async (flags: { policy: string; schemaOnly?: boolean }) => {
      const { validatePolicy } = await import('../../policy/validate-policy.ts');
      await validatePolicy(flags.policy, flags.schemaOnly === true);
    });
}
