import type { RunResult, WhenExpression } from '@assay/tekton';
import type { RunState, RunTree, StepNode, TaskNode } from '../run/run-tree.ts';
import { formatElapsed, printable, type Style } from './style.ts';

const marks: Record<RunState, string> = {
  waiting: '·',
  running: '▸',
  succeeded: '✔',
  failed: '✖',
  skipped: '-',
};
const colors = {
  waiting: 'dim',
  running: 'blue',
  succeeded: 'green',
  failed: 'red',
  skipped: 'dim',
} as const;
/** A result that is longer is cut: data is what `-o json` is for. */
const longestValue = 200;

/** Draws a run with its tasks and steps, a line each; `style` colours it for one stream. */
export function drawRunTree(tree: RunTree, style: Style): string {
  const lines = [
    `${mark(tree.state, style)} ${style('bold', `${tree.kind} ${tree.namespace}/${printable(tree.name)}`)}${tail(tree, style)}`,
  ];
  if (tree.message && tree.waitingForSlot === undefined) lines.push(`  ${firstLine(tree.message)}`);
  if (tree.startTime)
    lines.push(
      `  ${style('dim', `started ${tree.startTime}${tree.completionTime ? `, ended ${tree.completionTime}` : ''}`)}`,
    );
  if (tree.rerunOf) lines.push(`  ${style('dim', `repeats ${printable(tree.rerunOf)}`)}`);
  const children = [...resultLines(tree.results), ...childLines(tree, style)];
  return `${[...lines, ...children].join('\n')}\n`;
}

function childLines(node: TaskNode, style: Style): string[] {
  const attempts = (node.attempts ?? []).map((attempt, index) => [
    `${style('dim', `attempt ${index + 1}`)} ${attempt.reason ?? ''}${attempt.message ? `: ${firstLine(attempt.message)}` : ''}`,
    ...branches(attempt.steps.map((step) => stepLines(step, style))),
  ]);
  const steps = (node.steps ?? []).map((step) => stepLines(step, style));
  const tasks = (node.tasks ?? []).map((task) => taskLines(task, style));
  return branches([...attempts, ...steps, ...tasks]);
}

function taskLines(task: TaskNode, style: Style): string[] {
  const final = task.section === 'finally' ? style('dim', ' (finally)') : '';
  const reused = task.reused ? style('dim', ' reused from an earlier run') : '';
  const head = `${mark(task.state, style)} ${printable(task.name)}${final}${tail(task, style)}${reused}`;
  return [
    head,
    ...(task.state === 'failed' && task.message ? [`  ${firstLine(task.message)}`] : []),
    ...(task.state === 'skipped' && task.reason === 'When Expressions evaluated to false'
      ? (task.whenExpressions ?? []).map((when) => `  when ${whenText(when)}`)
      : []),
    ...resultLines(task.results),
    ...childLines(task, style),
  ];
}

function stepLines(step: StepNode, style: Style): string[] {
  const code = step.exitCode ? ` exit code ${step.exitCode}` : '';
  return [
    `${mark(step.state, style)} ${printable(step.name)}${code}${tail(step, style)}`,
    ...resultLines(step.results),
  ];
}

/** Reason and duration, where there is something to say. */
function tail(
  {
    state,
    reason,
    seconds,
    waitingForSlot,
  }: Pick<TaskNode, 'state' | 'reason' | 'seconds' | 'waitingForSlot'>,
  style: Style,
): string {
  if (waitingForSlot !== undefined) {
    const waited = seconds ? ` for ${shortOr(seconds)}` : '';
    return ` ${style('dim', `waits for a slot${waited} (${printable(waitingForSlot)})`)}`;
  }
  const plain = new Set(['Succeeded', 'Completed', 'Running', undefined]);
  const words =
    plain.has(reason) && state !== 'skipped' ? '' : ` ${style(colors[state], printable(reason ?? ''))}`;
  return words + (seconds === undefined ? '' : ` ${style('dim', shortOr(seconds))}`);
}

/** Recorded times have whole seconds. */
function shortOr(seconds: number): string {
  return seconds === 0 ? '< 1 s' : formatElapsed(seconds * 1000);
}

function resultLines(results: RunResult[] | undefined): string[] {
  return (results ?? []).map(({ name, value }) => {
    const text = typeof value === 'string' ? value.trimEnd() : JSON.stringify(value);
    const shown = printable(text).replaceAll('\n', '⏎');
    return `  ${name} = ${shown.length > longestValue ? `${shown.slice(0, longestValue)}… (${text.length} characters)` : shown}`;
  });
}

function whenText({ input, operator, values, cel }: WhenExpression): string {
  if (cel) return printable(cel);
  return printable(`${JSON.stringify(input ?? '')} ${operator} ${JSON.stringify(values ?? [])}`);
}

/** Each block below the trunk of its parent. */
function branches(blocks: string[][]): string[] {
  return blocks.flatMap((lines, index) => {
    const last = index === blocks.length - 1;
    return lines.map((line, row) =>
      row === 0 ? `${last ? '└' : '├'} ${line}` : `${last ? ' ' : '│'} ${line}`,
    );
  });
}

function mark(state: RunState, style: Style): string {
  return style(colors[state], marks[state]);
}

function firstLine(text: string): string {
  return printable(text.split('\n')[0] ?? '');
}
