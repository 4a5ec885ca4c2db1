import type { Command } from 'commander';
import { CliError } from '../error.ts';

/** What says which run is meant. */
export interface RunArgument {
  namespace: string;
  last?: boolean;
}

/** `[run]`, `--last` and `-n`, the same for every command about one run. */
export function addRunArgument(command: Command): Command {
  return command
    .argument('[run]', 'NAME, taskrun/NAME or pr/NAME')
    .option('--last', 'the run that was started last')
    .option('-n, --namespace <namespace>', 'namespace of the run', 'default');
}

/**
 * The run's name, or undefined for the last one.
 * @throws CliError Usage when neither or both are given
 */
export function namedRun(name: string | undefined, { last }: RunArgument): string | undefined {
  if ((name === undefined) === Boolean(last)) return name;
  throw new CliError('Usage', name === undefined ? 'which run?' : `is it ${name} or the last run?`, {
    hint: 'give the name of a run, or --last',
  });
}
