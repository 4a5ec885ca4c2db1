import { type Command, Option } from 'commander';
import { CliError } from '../error.ts';
import { homeRoot, loadTektonConfig } from '../factory/tekton-config.ts';
import { arrangeRuns } from '../run/arrange-runs.ts';
import { checkRuns } from '../run/check-runs.ts';
import { withBreakpoints } from '../run/debug-shell.ts';
import { executeRuns } from '../run/execute-runs.ts';
import { loadManifests } from '../run/load-manifest.ts';
import { warningsOfFiles, warningsOfRun, writeWarnings } from '../run/strict-run.ts';
import { parseWorkspaceFlag } from '../run/workspace-flag.ts';
import type { OutputFormat } from '../terminal/output.ts';
import { type ProgressMode, runReporter } from '../terminal/report-run.ts';

interface RunFlags {
  file: string[];
  namespace?: string;
  param: string[];
  workspace: string[];
  imageMap?: string;
  timeout?: string;
  sign: boolean;
  featureFlag: string[];
  strict?: boolean;
  debug?: boolean;
  progress: ProgressMode;
  output?: OutputFormat | 'name';
}

const collect = (value: string, earlier: string[]) => [...earlier, value];

export function addRunCommand(program: Command): void {
  program
    .command('run')
    .description('run TaskRuns and PipelineRuns (or a Task or Pipeline) to their end, with their logs')
    .requiredOption('-f, --file <file...>', 'YAML or JSON of Tekton objects; - for standard input')
    .option('-n, --namespace <namespace>', 'namespace of objects that name none')
    .option('-p, --param <name=value>', 'set a param; lists as a,b, objects as JSON', collect, [])
    .option(
      '-w, --workspace <name=volume>',
      'bind a workspace: emptyDir, claim:C, config:M, secret:S, volume:1Gi',
      collect,
      [],
    )
    .option('--image-map <file>', 'YAML of image patterns to the images to run instead')
    .option('--timeout <duration>', 'the longest a run may take, as 90s or 1h30m')
    .option(
      '--feature-flag <name=value>',
      "one of Tekton's, as enable-api-fields=beta or results-from=termination-message",
      collect,
      [],
    )
    .option('--strict', 'warn of everything that would be different on a cluster')
    .option('--debug', 'open a shell in a step that failed, then go on or fail')
    .option('--no-sign', 'do not wait for the observer to sign what was run')
    .addOption(
      new Option('--progress <mode>', 'how progress is told, on standard error')
        .choices(['auto', 'tty', 'plain', 'json'])
        .default('auto'),
    )
    .addOption(
      new Option(
        '-o, --output <format>',
        'print the ended runs as data; logs then go to standard error',
      ).choices(['json', 'yaml', 'name']),
    )
    .addHelpText(
      'after',
      `
Uses the running factory ('assay up'), else one that lives as long as the command.
Ctrl-C cancels (finally tasks still run); a second Ctrl-C kills.

Exit codes: 0 every run succeeded, 1 one failed, 124 one timed out, 130 interrupted.

Examples:
  assay run -f examples/hello.yaml
  assay run -f pipeline.yaml -p revision=main -w source=emptyDir
  cat taskrun.yaml | assay run -f - -o json`,
    )
    .action(async (flags: RunFlags) => {
      process.exitCode = await run(flags);
    });
}

async function run(flags: RunFlags): Promise<number> {
  if (flags.debug && !(process.stdin.isTTY && process.stdout.isTTY)) {
    throw new CliError('Usage', '--debug opens a shell, and there is no terminal for it', {
      hint: 'run it from a terminal, or set spec.debug in a TaskRun and use assay describe',
    });
  }
  const tekton = await loadTektonConfig(homeRoot(), flags.featureFlag);
  const loaded = await loadManifests(flags.file, tekton);
  const objects = loaded.map(({ object }) => object);
  const arranged = arrangeRuns(objects, {
    params: flags.param,
    workspaces: flags.workspace.map(parseWorkspaceFlag),
    ...(flags.namespace !== undefined && { namespace: flags.namespace }),
    ...(flags.timeout !== undefined && { timeout: await validDuration(flags.timeout) }),
  });
  checkRuns(arranged, loaded);
  if (flags.strict) {
    const { imageMap } = flags;
    writeWarnings(warningsOfFiles(loaded, { ...(imageMap !== undefined && { imageMap }) }), flags.progress);
  }
  const imageMap =
    flags.imageMap === undefined
      ? undefined
      : (await import('../factory/image-map.ts')).loadImageMap(flags.imageMap);
  const runs = flags.debug ? arranged.runs.map(withBreakpoints) : arranged.runs;
  return executeRuns(async () => ({ ...arranged, runs }), {
    report: runReporter(
      { out: flags.output ? process.stderr : process.stdout, progress: process.stderr },
      flags.progress,
      arranged.runs.length > 1,
    ),
    sign: flags.sign,
    ...(imageMap && { imageMap }),
    ...(flags.featureFlag.length > 0 && { tekton }),
    ...(flags.debug && { debug: true }),
    ...(flags.strict && {
      inspect: async (client, run) => writeWarnings(await warningsOfRun(client, run), flags.progress),
    }),
    ...(flags.output && { output: flags.output }),
  });
}

async function validDuration(text: string): Promise<string> {
  const { parseDuration } = await import('@assay/tekton');
  try {
    parseDuration(text);
  } catch (error) {
    throw new CliError('Usage', `--timeout ${text} is not a duration`, {
      hint: 'write a number with a unit, as in 90s, 30m or 1h30m; 0 means no limit',
      cause: error,
    });
  }
  return text;
}
