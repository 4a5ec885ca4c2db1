import { isKubeError } from '@assay/kube';
import { type Command, Option } from 'commander';
import { CliError } from '../error.ts';
import { exitCodes } from '../exit-codes.ts';
import { watchFactoryEnd } from '../factory/factory-end.ts';
import { openSession, type Session } from '../factory/session.ts';
import { openHome } from '../home.ts';
import { arrangeRuns } from '../run/arrange-runs.ts';
import { awaitOtherRuns } from '../run/await-others.ts';
import { awaitSignature } from '../run/await-signature.ts';
import { cancelOnInterrupt } from '../run/cancel-on-interrupt.ts';
import { checkRuns } from '../run/check-runs.ts';
import { applyObject, createRun, ensureNamespace } from '../run/create-objects.ts';
import { followRun } from '../run/follow-run.ts';
import { loadManifests } from '../run/load-manifest.ts';
import type { RunReporter } from '../run/run-events.ts';
import { runExitCode } from '../run/run-exit-code.ts';
import { parseWorkspaceFlag } from '../run/workspace-flag.ts';
import { type OutputFormat, writeData } from '../terminal/output.ts';
import { type ProgressMode, runReporter } from '../terminal/report-run.ts';

interface RunFlags {
  file: string[];
  namespace?: string;
  param: string[];
  workspace: string[];
  imageMap?: string;
  timeout?: string;
  sign: boolean;
  progress: ProgressMode;
  output?: OutputFormat | 'name';
}

const collect = (value: string, earlier: string[]) => [...earlier, value];
/** How long the observer may take after a run has ended. */
const signatureTimeoutMs = 30_000;

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
  const loaded = await loadManifests(flags.file);
  const objects = loaded.map(({ object }) => object);
  const arranged = arrangeRuns(objects, {
    params: flags.param,
    workspaces: flags.workspace.map(parseWorkspaceFlag),
    ...(flags.namespace !== undefined && { namespace: flags.namespace }),
    ...(flags.timeout !== undefined && { timeout: await validDuration(flags.timeout) }),
  });
  checkRuns(arranged, loaded);
  const imageMap =
    flags.imageMap === undefined
      ? undefined
      : (await import('../factory/image-map.ts')).loadImageMap(flags.imageMap);
  const report = runReporter(
    { out: flags.output ? process.stderr : process.stdout, progress: process.stderr },
    flags.progress,
    arranged.runs.length > 1,
  );
  const broken = new AbortController();
  const started = new Date();
  const own = new Set<string>();
  const session = await openSession(openHome(), {
    ...(imageMap && { imageMap }),
    onError: (error, place) => {
      // Without a store no run can end: this one stops here, and goes on or fails with a reason at the next start.
      if (isKubeError(error, 'StorageFull') || isKubeError(error, 'StoreCorrupt')) broken.abort(error);
      else process.stderr.write(`${place}: ${error instanceof Error ? error.message : String(error)}\n`);
    },
  });
  const end = session.shared ? watchFactoryEnd(session.client) : undefined;
  try {
    if (session.shared && imageMap) {
      throw new CliError('Usage', 'a factory is up, and --image-map is decided where it starts', {
        hint: "give it to 'assay up', or stop the factory with 'assay down' first",
      });
    }
    for (const namespace of new Set(
      [...arranged.definitions, ...arranged.runs].map((o) => o.metadata.namespace!),
    )) {
      await ensureNamespace(session.client, namespace);
    }
    for (const definition of arranged.definitions) await applyObject(session.client, definition);
    const code = await createAndFollow(
      arranged.runs,
      session,
      flags,
      report,
      AbortSignal.any([broken.signal, ...(end ? [end.signal] : [])]),
      own,
    );
    if (!session.shared && code !== exitCodes.interrupted) {
      await awaitOtherRuns(session.client, { since: started, own }, (count) =>
        process.stderr.write(`waiting for ${count} more that other commands started\n`),
      );
    }
    return code;
  } finally {
    end?.dispose();
    await session.close();
  }
}

async function createAndFollow(
  runs: Parameters<typeof createRun>[1][],
  session: Session,
  flags: RunFlags,
  report: RunReporter,
  broken: AbortSignal,
  own: Set<string>,
): Promise<number> {
  const created = await Promise.all(runs.map((item) => createRun(session.client, item)));
  for (const { metadata } of created) own.add(metadata.uid!);
  const interrupt = cancelOnInterrupt(session, created);
  try {
    const ended = await Promise.all(
      created.map(async (item) => {
        const last = await followRun(session, item, report, AbortSignal.any([interrupt.killed, broken]));
        broken.throwIfAborted();
        if (flags.sign && !interrupt.killed.aborted) {
          const signed = await awaitSignature(session.client, last, signatureTimeoutMs, interrupt.killed);
          report({ type: 'signed', kind: last.kind as 'TaskRun', name: last.metadata.name!, signed });
        }
        return last;
      }),
    );
    if (flags.output === 'name') {
      for (const { kind, metadata } of ended)
        process.stdout.write(`${kind.toLowerCase()}.tekton.dev/${metadata.name}\n`);
    } else if (flags.output) {
      const items = await Promise.all(ended.map((item) => interrupt.refresh(item)));
      writeData(items.length === 1 ? items[0] : { apiVersion: 'v1', kind: 'List', items }, flags.output);
    }
    return interrupt.interrupted ? exitCodes.interrupted : Math.max(...ended.map(runExitCode));
  } finally {
    interrupt.dispose();
  }
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
