import { type Command, InvalidArgumentError, Option } from 'commander';

/** `--flag`, `--flag=false`: as Go's flags are given. */
export function booleanFlag(flags: string, description: string, byDefault = false): Option {
  return new Option(`${flags} [boolean]`, description)
    .argParser(readBoolean)
    .preset('true')
    .default(byDefault);
}

function readBoolean(text: string): boolean {
  if (/^(true|t|1)$/i.test(text)) return true;
  if (/^(false|f|0)$/i.test(text)) return false;
  throw new InvalidArgumentError('It is neither true nor false.');
}

/** A flag that may be given several times, and holds a list. */
export function repeatedFlag(flags: string, description: string): Option {
  const collect = (value: string, values: string[] | undefined) => [...(values ?? []), value];
  return new Option(flags, description).argParser<string[] | undefined>(collect);
}

/** A whole number of at least one. */
export function readCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError('It is no positive number.');
  return count;
}

/** A duration as Go writes it: `5m0s`, `168h`. */
export function readDuration(text: string): string {
  if (!/^((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+$/.test(text))
    throw new InvalidArgumentError('It is no duration, such as 5m0s or 168h.');
  return text;
}

/** Flags of Conforma that change nothing here; they are taken so that its command lines work as they are. */
export function acceptUpstreamFlags(command: Command): void {
  const taken = ['--verbose', '--quiet'].map((flag) => `${flag} [boolean]`);
  const valued = [
    'logfile',
    'kubeconfig',
    'trace',
    'retry-duration',
    'retry-factor',
    'retry-jitter',
    'retry-max-wait',
  ];
  for (const flags of [...taken, ...valued.map((name) => `--${name} <value>`)])
    command.addOption(new Option(flags).hideHelp());
}
