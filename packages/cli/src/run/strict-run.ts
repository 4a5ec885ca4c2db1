import type { Client } from '@assay/kube';
import { formatProblem, labels, type PipelineRun, type TaskRun, TaskRuns } from '@assay/tekton';
import type { ProgressMode } from '../terminal/report-run.ts';
import { printable, styleFor } from '../terminal/style.ts';
import type { LoadedObject } from './load-manifest.ts';

/** Something that a cluster would do differently; one that a file says has its place there. */
export interface StrictWarning {
  file?: string;
  line?: number;
  column?: number;
  /** The line of the file. */
  text?: string;
  message: string;
  hint?: string;
}

/** What Tekton's entrypoint can hand over of one container, in bytes. */
const terminationMessageLimit = 4096;

/** What the files say, and how they are run here, that would be different on a cluster. */
export function warningsOfFiles(
  loaded: readonly LoadedObject[],
  options: { imageMap?: string },
): StrictWarning[] {
  const { imageMap } = options;
  return [
    ...loaded.flatMap((object) => object.strictWarnings()),
    ...(imageMap === undefined
      ? []
      : [{ message: `images are replaced as ${imageMap} says; a cluster runs those that the files name` }]),
  ];
}

/**
 * What a run that has ended shows that a cluster would not have done: results that do not fit in what a step of a
 * cluster can hand over.
 */
export async function warningsOfRun(client: Client, run: TaskRun | PipelineRun): Promise<StrictWarning[]> {
  const { namespace, uid } = run.metadata;
  const taskRuns =
    run.kind === 'TaskRun'
      ? [run as TaskRun]
      : (
          await client.list(TaskRuns, {
            namespace: namespace!,
            labelSelector: `${labels.pipelineRunUID}=${uid}`,
          })
        ).items;
  return taskRuns.flatMap(({ metadata, status }) => {
    const entries = (status?.results ?? []).map(({ name, value }) => ({
      key: name,
      value: typeof value === 'string' ? value : JSON.stringify(value),
      type: 1,
    }));
    const bytes = Buffer.byteLength(JSON.stringify(entries));
    if (bytes <= terminationMessageLimit) return [];
    return [
      {
        message: `the results of TaskRun ${metadata.name} take ${bytes} bytes; a cluster with the usual settings fails a step that leaves more than ${terminationMessageLimit}`,
        hint: 'see it fail here with --feature-flag results-from=termination-message',
      },
    ];
  });
}

/** Writes warnings on standard error, for people or, with `--progress json`, as one JSON object a line. */
export function writeWarnings(warnings: readonly StrictWarning[], mode: ProgressMode): void {
  const style = styleFor(process.stderr);
  for (const { file, line, column, text, message, hint } of warnings) {
    if (mode === 'json') {
      const event = { type: 'warning', message, file, line, column, hint };
      process.stderr.write(`${JSON.stringify(event)}\n`);
      continue;
    }
    const told =
      file === undefined || line === undefined || column === undefined
        ? `${message}${hint === undefined ? '' : ` (${hint})`}`
        : formatProblem({ file, line, column, text: text ?? '', message, ...(hint && { hint }) });
    process.stderr.write(`${style('yellow', 'warning:')} ${printable(told)}\n`);
  }
}
