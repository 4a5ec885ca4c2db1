import { Argument, type Command } from 'commander';
import { createProgram } from '../program.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description("print a script that completes assay's commands and options")
    .addArgument(new Argument('<shell>', 'the shell it is for').choices(shells))
    .addHelpText(
      'after',
      `
Examples:
  source <(assay completion bash)
  assay completion zsh > "\${fpath[1]}/_assay"
  assay completion fish > ~/.config/fish/completions/assay.fish`,
    )
    .action(async (shell: Shell) => {
      process.stdout.write(completionScript(shell, await createProgram([])));
    });
}

/** The hidden command that prints the names of runs, which scripts call. */
export const runNamesCommand = '__runs';

/** What can follow a command: its subcommands, and its options in long form. */
function words(command: Command): { commands: string[]; options: string[] } {
  return {
    commands: command.commands.map((child) => child.name()).filter((name) => name !== runNamesCommand),
    options: [...command.options.flatMap(({ long, hidden }) => (long && !hidden ? [long] : [])), '--help'],
  };
}

/** Commands whose argument is a run. */
function aboutRuns(program: Command): string[] {
  const takesRun = ({ registeredArguments }: Command) =>
    registeredArguments.some((one) => one.name() === 'run');
  return program.commands.filter(takesRun).map((command) => command.name());
}

/** The completion script of a program, made from its own definitions. */
export function completionScript(shell: Shell, program: Command): string {
  const nested = program.commands.flatMap((command) => command.commands.map((child) => ({ command, child })));
  if (shell === 'fish') {
    const lines = ['complete -c assay -f -n __fish_use_subcommand', 'complete -c assay -l help'];
    for (const name of aboutRuns(program)) {
      const seen = `__fish_seen_subcommand_from ${name}`;
      lines.push(`complete -c assay -n '${seen}' -a '(assay ${runNamesCommand} 2>/dev/null)'`);
    }
    for (const command of program.commands) {
      if (command.name() === runNamesCommand) continue;
      const seen = `__fish_seen_subcommand_from ${command.name()}`;
      const text = command.description().replaceAll("'", "\\'");
      lines.push(`complete -c assay -n __fish_use_subcommand -a ${command.name()} -d '${text}'`);
      for (const name of words(command).commands) lines.push(`complete -c assay -n '${seen}' -a ${name}`);
      for (const { command: parent, child } of [{ command, child: command }, ...nested]) {
        if (parent !== command) continue;
        for (const option of words(child).options)
          lines.push(`complete -c assay -n '${seen}' -l ${option.slice(2)}`);
      }
    }
    return `${[...new Set(lines)].join('\n')}\n`;
  }
  const cases = [
    ...nested.map(({ command, child }) => ({ at: `${command.name()} ${child.name()}`, ...words(child) })),
    ...program.commands
      .filter((command) => command.name() !== runNamesCommand)
      .map((command) => ({ at: `${command.name()} *`, ...words(command) })),
    { at: '*', ...words(program) },
  ].map(({ at, commands, options }) => {
    const pattern = at === '*' ? at : `"${at.replace(/ \*$/, ' ')}"*`;
    return `    ${pattern}) words="${[...commands, ...options].join(' ')}" ;;`;
  });
  const bash = `_assay() {
  local words place="\${COMP_WORDS[1]} \${COMP_WORDS[2]}"
  [ "$COMP_CWORD" -gt 1 ] || place=
  case "$place" in
${cases.join('\n')}
  esac
  case "\${COMP_WORDS[1]}" in
    ${aboutRuns(program).join('|')}) words="$words $(assay ${runNamesCommand} 2>/dev/null)" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _assay assay
`;
  return shell === 'bash' ? bash : `#compdef assay\nautoload -U +X bashcompinit && bashcompinit\n${bash}`;
}
