import type { Command } from 'commander';
import { benchOfOpa } from './bench.ts';
import { capabilitiesOfOpa } from './capabilities.ts';
import { checkOfOpa } from './check.ts';
import { depsOfOpa } from './deps.ts';
import { evalOfOpa } from './eval.ts';
import { fmtOfOpa } from './fmt.ts';
import { inspectOfOpa } from './inspect.ts';
import { parseOfOpa } from './parse.ts';
import { testOfOpa } from './test.ts';

/** Adds `assay opa`: what policy authors use `opa` for, with its flags, output and exit codes. */
export function addOpaCommand(program: Command): void {
  const opa = program
    .command('opa')
    .description('evaluate, test, check and format Rego policies, as the opa command does');
  const subcommands = [
    evalOfOpa(),
    testOfOpa(),
    checkOfOpa(),
    fmtOfOpa(),
    parseOfOpa(),
    inspectOfOpa(),
    depsOfOpa(),
    benchOfOpa(),
    capabilitiesOfOpa(),
  ];
  for (const subcommand of subcommands) opa.addCommand(subcommand);
}
