import { Command, Option } from 'commander';

type AddCommand = (program: Command) => void;

/** Loaded only when needed: a command's imports cost more than many commands do. */
const commands: Record<string, () => Promise<AddCommand>> = {
  run: async () => (await import('./commands/run.ts')).addRunCommand,
  rerun: async () => (await import('./commands/rerun.ts')).addRerunCommand,
  logs: async () => (await import('./commands/logs.ts')).addLogsCommand,
  describe: async () => (await import('./commands/describe.ts')).addDescribeCommand,
  check: async () => (await import('./commands/check.ts')).addCheckCommand,
  verify: async () => (await import('./commands/verify.ts')).addVerifyCommand,
  validate: async () => (await import('./commands/validate.ts')).addValidateCommand,
  policy: async () => (await import('./commands/policy.ts')).addPolicyCommand,
  inspect: async () => (await import('./commands/inspect.ts')).addInspectCommand,
  fetch: async () => (await import('./commands/fetch.ts')).addFetchCommand,
  track: async () => (await import('./commands/track.ts')).addTrackCommand,
  init: async () => (await import('./commands/init.ts')).addInitCommand,
  compare: async () => (await import('./commands/compare.ts')).addCompareCommand,
  test: async () => (await import('./commands/test.ts')).addTestCommand,
  diff: async () => (await import('./commands/diff.ts')).addDiffCommand,
  images: async () => (await import('./commands/images.ts')).addImagesCommand,
  opa: async () => (await import('./commands/opa/opa.ts')).addOpaCommand,
  source: async () => (await import('./commands/source.ts')).addSourceCommand,
  apply: async () => (await import('./commands/apply.ts')).addApplyCommand,
  release: async () => (await import('./commands/release.ts')).addReleaseCommand,
  tree: async () => (await import('./commands/tree.ts')).addTreeCommand,
  task: async () => (await import('./commands/task.ts')).addTaskCommand,
  library: async () => (await import('./commands/library.ts')).addLibraryCommand,
  up: async () => (await import('./commands/up.ts')).addUpCommand,
  down: async () => (await import('./commands/down.ts')).addDownCommand,
  status: async () => (await import('./commands/status.ts')).addStatusCommand,
  kubeconfig: async () => (await import('./commands/kubeconfig.ts')).addKubeconfigCommand,
  backup: async () => (await import('./commands/backup.ts')).addBackupCommand,
  restore: async () => (await import('./commands/restore.ts')).addRestoreCommand,
  prune: async () => (await import('./commands/prune.ts')).addPruneCommand,
  completion: async () => (await import('./commands/completion.ts')).addCompletionCommand,
  __runs: async () => (await import('./commands/run-names.ts')).addRunNamesCommand,
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
    .enablePositionalOptions()
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
  for (const command of program.commands) {
    command.exitOverride().copyInheritedSettings(program);
    for (const one of [command, ...command.commands]) acceptDebug(one);
  }
  return program;
}

/** The program's `--debug` may stand behind the command too, where that has none of its own. */
function acceptDebug(command: Command): void {
  if (command.options.some(({ long }) => long === '--debug')) return;
  command.addOption(new Option('--debug', 'print stack traces of errors').hideHelp());
}
