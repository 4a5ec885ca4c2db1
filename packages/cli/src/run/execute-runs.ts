import { type Client, isKubeError } from '@assay/kube';
import type { PipelineRun, TaskRun } from '@assay/tekton';
import { CliError } from '../error.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Neighbour } from '../factory/factory.ts';
import { watchFactoryEnd } from '../factory/factory-end.ts';
import type { ImageMap } from '../factory/image-map.ts';
import { openSession, type Session } from '../factory/session.ts';
import type { TektonConfig } from '../factory/tekton-config.ts';
import { type Home, openHome } from '../home.ts';
import { type OutputFormat, writeData } from '../terminal/output.ts';
import type { ArrangedRuns } from './arrange-runs.ts';
import { awaitOtherRuns } from './await-others.ts';
import { awaitSignature } from './await-signature.ts';
import { cancelOnInterrupt } from './cancel-on-interrupt.ts';
import { applyObject, createRun, ensureNamespace } from './create-objects.ts';
import { debuggingReporter } from './debug-shell.ts';
import { followRun } from './follow-run.ts';
import type { RunReporter } from './run-events.ts';
import { runExitCode } from './run-exit-code.ts';

/** How runs are executed and told of. */
export interface ExecuteOptions {
  /** @default the user's */
  home?: Home;
  report: RunReporter;
  imageMap?: ImageMap;
  /** Tekton's settings, for a factory that is started here. @default the home's */
  tekton?: TektonConfig;
  /** What else of this machine steps reach, on a factory that is started here. @default [] */
  neighbours?: readonly Neighbour[];
  /** Whether to wait until the observer has signed. */
  sign: boolean;
  /** Open a shell in a step that stands still at a breakpoint. */
  debug?: boolean;
  output?: OutputFormat | 'name';
  /** Called with each run as it ended. */
  inspect?: (client: Client, run: TaskRun | PipelineRun) => Promise<void>;
}

/** How long the observer may take after a run has ended. */
const signatureTimeoutMs = 30_000;

/**
 * Creates objects and runs, and follows the runs to their end, on the running factory or one of its own.
 * @param arrange what to create; may look at what is there
 * @returns the command's exit code
 */
export async function executeRuns(
  arrange: (client: Client) => Promise<ArrangedRuns>,
  options: ExecuteOptions,
): Promise<number> {
  const { home = openHome(), imageMap, tekton, neighbours } = options;
  const broken = new AbortController();
  const started = new Date();
  const own = new Set<string>();
  const session = await openSession(home, {
    ...(imageMap && { imageMap }),
    ...(tekton && { tekton }),
    ...(neighbours && { neighbours }),
    onError: (error, place) => {
      // Without a store no run can end: this one stops here, and goes on or fails with a reason at the next start.
      if (isKubeError(error, 'StorageFull') || isKubeError(error, 'StoreCorrupt')) broken.abort(error);
      else process.stderr.write(`${place}: ${error instanceof Error ? error.message : String(error)}\n`);
    },
  });
  const end = session.shared ? watchFactoryEnd(session.client) : undefined;
  try {
    if (session.shared && (imageMap || tekton)) {
      const flag = imageMap ? '--image-map' : '--feature-flag';
      throw new CliError('Usage', `a factory is up, and ${flag} is decided where it starts`, {
        hint: "give it to 'assay up', or stop the factory with 'assay down' first",
      });
    }
    const { definitions, runs } = await arrange(session.client);
    for (const namespace of new Set([...definitions, ...runs].map((o) => o.metadata.namespace!))) {
      await ensureNamespace(session.client, namespace);
    }
    for (const definition of definitions) await applyObject(session.client, definition);
    const report = options.debug
      ? debuggingReporter(options.report, { client: session.client, home })
      : options.report;
    const code = await createAndFollow(
      runs,
      session,
      { ...options, report },
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
  runs: readonly (TaskRun | PipelineRun)[],
  session: Session,
  { report, sign, output, inspect }: ExecuteOptions,
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
        await inspect?.(session.client, last);
        if (sign && !interrupt.killed.aborted) {
          const signed = await awaitSignature(session.client, last, signatureTimeoutMs, interrupt.killed);
          report({ type: 'signed', kind: last.kind as 'TaskRun', name: last.metadata.name!, signed });
        }
        return last;
      }),
    );
    if (output === 'name') {
      for (const { kind, metadata } of ended)
        process.stdout.write(`${kind.toLowerCase()}.tekton.dev/${metadata.name}\n`);
    } else if (output) {
      const items = await Promise.all(ended.map((item) => interrupt.refresh(item)));
      writeData(items.length === 1 ? items[0] : { apiVersion: 'v1', kind: 'List', items }, output);
    }
    return interrupt.interrupted ? exitCodes.interrupted : Math.max(...ended.map(runExitCode));
  } finally {
    interrupt.dispose();
  }
}
