import { Command } from 'commander';

type AddCommand = (program: Command) => void;

/** Loaded only when needed: a command's imports cost more than many commands do. */
const commands: Record<string, () => Promise<AddCommand>> = {
  run: async () => (await import('./commands/run.ts')).addRunCommand,
  verify: async () => (await import('./commands/verify.ts')).addVerifyCommand,
  diff: async () => (await import('./commands/diff.ts')).addDiffCommand,
  images: async () => (await import('./commands/images.ts')).addImagesCommand,
  source: async () => (await import('./commands/source.ts')).addSourceCommand,
  up: async () => (await import('./commands/up.ts')).addUpCommand,
  down: async () => (await import('./commands/down.ts')).addDownCommand,
  status: async () => (await import('./commands/status.ts')).addStatusCommand,
  completion: async () => (await import('./commands/completion.ts')).addCompletionCommand,
  doctor: async () => (await import('./commands/doctor.ts')).addDoctorCommand,
};

/**
 * The `assay` command. With a subcommand in `args` only that one is loaded; without, as for help, all are.
 * Errors in the command line are thrown as CommanderError, after commander has told them.
 */
export async function createProgram(args: readonly string[]): Promise<Command> {
  const program = new Command('assay')
    .description(
      'A trusted software factory: runs Tekton pipelines in isolated steps, signs what they did, verifies it.',
    )
    .version('0.1.0')
    .option('--debug', 'print stack traces of errors')
    .showHelpAfterError("(add --help for the command's options)")
    .exitOverride()
    .addHelpText(
      'after',
      `
State lives in $ASSAY_HOME (default: assay in the XDG data directory).

Exit codes: 0 done, 1 the run or operation failed, 2 wrong usage, 3 denied by verification,
4 not allowed, 5 not found, 8 still pending, 124 timed out, 130 interrupted.`,
    );
  const named = args.find((argument) => !argument.startsWith('-'));
  const wanted = named !== undefined && Object.hasOwn(commands, named) ? [named] : Object.keys(commands);
  for (const add of await Promise.all(wanted.map((name) => commands[name]!()))) add(program);
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  return program;
}
