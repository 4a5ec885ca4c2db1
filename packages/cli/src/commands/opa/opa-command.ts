import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

/** A subcommand that reads its flags as `opa` does: `--flag=false`, `-f=json`, and `OPA_<COMMAND>_<FLAG>` in the environment. */
export class OpaCommand extends Command {
  constructor(name: string) {
    super(name);
    this.showHelpAfterError("(add --help for the command's options)");
    this.exitOverride(({ exitCode, code, message }) => {
      throw new CommanderError(exitCode, `opa.${code}`, message);
    });
  }

  override parseOptions(argv: string[]): ReturnType<Command['parseOptions']> {
    const end = argv.indexOf('--');
    const flags = end < 0 ? argv : argv.slice(0, end);
    const rest = end < 0 ? [] : argv.slice(end);
    return super.parseOptions([
      ...this.#fromEnvironment(flags),
      ...flags.flatMap((argument) => this.#plain(argument)),
      ...rest,
    ]);
  }

  /** Flags that only the environment gives. */
  #fromEnvironment(flags: readonly string[]): string[] {
    return this.options.flatMap(({ long, short }) => {
      const name = `OPA_${this.name()}_${(long ?? '').slice(2)}`.toUpperCase().replaceAll('-', '_');
      const value = process.env[name];
      if (value === undefined || long === undefined || long.startsWith('--no-')) return [];
      const given = flags.some(
        (flag) =>
          flag === long ||
          flag.startsWith(`${long}=`) ||
          (short !== undefined && flag.startsWith(short) && !flag.startsWith('--')),
      );
      return given ? [] : this.#plain(`${long}=${value}`);
    });
  }

  /** One argument as commander takes it. */
  #plain(argument: string): string[] {
    const [, flag, value] = /^(--[^=]+|-[^-=])=(.*)$/s.exec(argument) ?? [];
    if (flag === undefined || value === undefined) return [argument];
    const option = this.options.find(({ long, short }) => long === flag || short === flag);
    if (!option) return [argument];
    if (!option.isBoolean()) return [flag.startsWith('--') ? argument : `${flag}${value}`];
    if (/^(1|t|true)$/i.test(value)) return [flag];
    if (!/^(0|f|false)$/i.test(value)) return [argument];
    const negation = `--no-${option.name()}`;
    return this.options.some(({ long }) => long === negation) ? [negation] : [];
  }
}

/** An option that may be given again and again; the values are a list. */
export function repeatedOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, previous?: string[]) => [
    ...(previous ?? []),
    value,
  ]);
}

/** As {@link repeatedOption}; one value may hold several with commas between them. */
export function listOption(flags: string, description: string, allowed?: readonly string[]): Option {
  const option = new Option(flags, description);
  if (allowed) option.choices(allowed);
  return option.argParser((text: string, previous?: string[]) => {
    const values = text.split(',');
    if (allowed && !values.every((value) => allowed.includes(value))) {
      throw new InvalidArgumentError(`Allowed are ${allowed.join(', ')}.`);
    }
    return [...(previous ?? []), ...values];
  });
}

/** A flag that is on unless `--flag=false` turns it off. */
export function addDefaultTrue(command: Command, flag: string, description: string): void {
  command
    .addOption(new Option(flag, description).default(true))
    .addOption(new Option(`--no-${flag.slice(2)}`).hideHelp());
}

export const dataOption = (): Option =>
  repeatedOption('-d, --data <path>', 'policy or data: a file or a directory; repeatable');

export const bundleOption = (): Option =>
  repeatedOption('-b, --bundle <path>', 'bundle: a file or a directory; repeatable');

export const bundleModeOption = (): Option => new Option('-b, --bundle', 'load the paths as bundles');

export const ignoreOption = (): Option =>
  listOption('--ignore <names>', "names of files and directories to pass over, such as '.*'; repeatable");

export const capabilitiesOption = (): Option =>
  new Option('--capabilities <file>', 'JSON file of the builtins and features that policies may use');

export const strictOption = (): Option => new Option('-S, --strict', "enable the compiler's strict mode");

export const timeoutOption = (unit: string): Option =>
  new Option('--timeout <duration>', `longest time that ${unit} may take, such as 10s`);

export const targetOption = (): Option =>
  new Option('-t, --target <target>', 'the runtime to use').choices(['rego']).default('rego');

export const v0Option = (): Option => new Option('--v0-compatible', 'read Rego as OPA did before 1.0');

export const v1Option = (): Option =>
  new Option('--v1-compatible', 'read Rego as OPA 1.0 does, which is the default');

/** A number of times, or a limit. */
export function countOption(flags: string, description: string, value?: string): Option {
  return new Option(flags, description).default(value).argParser((text: string) => {
    if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
    return text;
  });
}

/** A flag of `opa` that only says how to work, never what comes out: taken, and of no consequence here. */
export const withoutEffect = (flags: string): Option => new Option(flags).hideHelp();
