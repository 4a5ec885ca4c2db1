import { existsSync, readFileSync } from 'node:fs';
import {
  createSourceLoader,
  type EffectiveTime,
  type PolicySpec,
  readEffectiveTime,
  type SourceLoader,
} from '@assay/policy';
import { parseDuration } from '@assay/rego';
import { CliError } from '../error.ts';
import type { Home } from '../home.ts';
import type { PolicyFlags } from './flags/policy-flags.ts';
import { readPolicyArgument } from './read-policy-argument.ts';
import { openRegistryStores, type RegistryStores } from './registry-stores.ts';

/** What every command that reads policies works with. */
export interface PolicyWorkplace extends RegistryStores {
  home: Home;
  loader: SourceLoader;
}

export async function openPolicyWorkplace(home: Home, retries?: number): Promise<PolicyWorkplace> {
  const stores = await openRegistryStores(home, retries === undefined ? undefined : retries + 1);
  return { ...stores, home, loader: createSourceLoader({ store: stores.store }) };
}

/** @throws CliError, PolicyError; see {@link readPolicyArgument} */
export function readPolicy(flags: Pick<PolicyFlags, 'policy'>, place: PolicyWorkplace): Promise<PolicySpec> {
  return readPolicyArgument(flags.policy, place);
}

/** The flags as the policy package takes them. @throws CliError Usage; PolicyError InvalidEffectiveTime */
export function judgeOptions(flags: PolicyFlags, now: Date) {
  const effectiveTime: EffectiveTime = readEffectiveTime(
    flags.effectiveTime,
    now,
    flags.allowPastEffectiveTime,
  );
  return {
    effectiveTime,
    now: () => now,
    filterType: flags.filterType,
    quirks: flags.conformaQuirks === true,
    info: flags.info,
    limits: { milliseconds: milliseconds(flags.timeout) },
    version: assayVersion,
  };
}

/** Milliseconds of a duration as Go writes it. */
export function milliseconds(duration: string): number {
  return (parseDuration(duration) ?? 0) / 1_000_000;
}

/** What reports say they were made by. */
export const assayVersion = 'assay-0.1.0';

/** `NAME=VALUE` of flags as rule data; a value that is the name of a file is its text. @throws CliError Usage */
export function extraRuleData(
  flags: Pick<PolicyFlags, 'extraRuleData'>,
): Record<string, unknown> | undefined {
  if (!flags.extraRuleData) return undefined;
  const entries = flags.extraRuleData
    .flatMap((text) => text.split(','))
    .map((text, index): [string, string] => {
      const equals = text.indexOf('=');
      if (equals > 0) {
        const value = text.slice(equals + 1);
        return [text.slice(0, equals), existsSync(value) ? readFileSync(value, 'utf8') : value];
      }
      throw new CliError('Usage', `incorrect syntax for --extra-rule-data ${index}`, {
        hint: 'write it as NAME=VALUE',
      });
    });
  return Object.fromEntries(entries);
}
