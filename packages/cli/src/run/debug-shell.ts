import { createInterface } from 'node:readline/promises';
import { type Client, execInPod, isKubeError } from '@assay/kube';
import { breakpointAnnotation, pausedStepAnnotation } from '@assay/pipelines';
import { type PipelineRun, type TaskRun, TaskRuns } from '@assay/tekton';
import { factoryAddress } from '../factory/factory-call.ts';
import { decideStep } from '../factory/step-decisions.ts';
import type { Home } from '../home.ts';
import type { RunEvent, RunReporter } from './run-events.ts';

/** The run, with a breakpoint at each step that fails. */
export function withBreakpoints<T extends TaskRun | PipelineRun>(run: T): T {
  const annotations = { ...run.metadata.annotations, [breakpointAnnotation]: 'onFailure' };
  return { ...run, metadata: { ...run.metadata, annotations } };
}

/** Where the steps are. */
export interface DebugSource {
  client: Client;
  home: Home;
}

type Paused = Extract<RunEvent, { type: 'step-paused' }>;

/**
 * A reporter that opens a shell in each step that stands still, one after the other. What happens meanwhile is told when
 * the shell is closed: the terminal belongs to it.
 */
export function debuggingReporter(report: RunReporter, source: DebugSource): RunReporter {
  const held: RunEvent[] = [];
  let shells: Promise<void> = Promise.resolve();
  let open = 0;
  return (event) => {
    if (open > 0) held.push(event);
    else report(event);
    if (event.type !== 'step-paused') return;
    open += 1;
    shells = shells
      .then(() => visit(event, source))
      .catch((error) => process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`))
      .then(() => {
        open -= 1;
        if (open === 0) for (const late of held.splice(0)) report(late);
      });
  };
}

async function visit(event: Paused, source: DebugSource): Promise<void> {
  const key = { namespace: event.namespace, name: event.taskRun };
  const step = `${event.task} : ${event.step}`;
  process.stderr.write(
    `\n${step} stands still. This is a shell in it; leave it to decide how the run goes on.\n`,
  );
  for (;;) {
    await shell(key, event.container, source);
    if (!(await standsStill(key, event.container, source.client))) return;
    const answer = await ask(`${step}: [c]ontinue as if it had done well, [f]ail, or [s]hell again? `);
    if (answer === 's') continue;
    await decideStep(source.home, key, answer === 'c' ? 'continue' : 'fail');
    return;
  }
}

/** The step may have been let go from within, by one of its debug scripts. */
async function standsStill(
  { namespace, name }: { namespace: string; name: string },
  container: string,
  client: Client,
): Promise<boolean> {
  try {
    const { metadata } = await client.get(TaskRuns, namespace, name);
    return metadata.annotations?.[pausedStepAnnotation] === container;
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return false;
    throw error;
  }
}

async function shell(
  key: { namespace: string; name: string },
  container: string,
  { client, home }: DebugSource,
): Promise<void> {
  const { stdin, stdout } = process;
  const { status } = await client.get(TaskRuns, key.namespace, key.name);
  const pod = { namespace: key.namespace, name: status?.podName ?? '' };
  const size = () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
  const onOutput = (chunk: Uint8Array) => void stdout.write(chunk);
  const running = await execInPod(factoryAddress(home), pod, container, {
    // Only what a shell needs that is in the step itself.
    args: ['/bin/sh', '-c', 'TERM=$0 exec /bin/sh', process.env.TERM ?? 'dumb'],
    stdin: true,
    tty: size(),
    onOutput,
    onError: onOutput,
  });
  const onInput = (chunk: Buffer) => void running.stdin?.write(chunk);
  const onResize = () => running.resize(size());
  stdin.setRawMode(true);
  stdin.resume();
  stdin.on('data', onInput);
  stdout.on('resize', onResize);
  try {
    await running.exit;
  } finally {
    stdin.off('data', onInput);
    stdout.off('resize', onResize);
    stdin.setRawMode(false);
    stdin.pause();
  }
}

/** Asks until the answer is one of the letters; the end of the input, or an interrupt, means: fail. */
async function ask(question: string): Promise<'c' | 'f' | 's'> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    for (;;) {
      const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('f')));
      const letter = (await Promise.race([terminal.question(question), closed])).trim().toLowerCase()[0];
      if (letter === 'c' || letter === 'f' || letter === 's') return letter;
    }
  } finally {
    terminal.close();
  }
}
