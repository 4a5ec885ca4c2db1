import type { KubeObject } from '@assay/kube';
import { CliError } from '../error.ts';
import { isRun } from '../run/arrange-runs.ts';
import type { LoadedObject } from '../run/load-manifest.ts';

const prefix = 'pipelinesascode.tekton.dev/';

/**
 * The one PipelineRun that Pipelines as Code would start for a push: the only one, else the only one for pushes, else
 * the only one of those for this branch.
 * @returns undefined when the files only define, and hold a Pipeline
 * @throws CliError Usage when there is none, or it is not clear which
 */
export function chooseRun(loaded: readonly LoadedObject[], branch: string): LoadedObject | undefined {
  const runs = loaded.filter(({ object }) => isRun(object) && object.kind === 'PipelineRun');
  if (runs.length === 0) {
    if (loaded.some(({ object }) => object.kind === 'Pipeline')) return undefined;
    throw new CliError('Usage', 'there is no PipelineRun in the files', {
      hint: 'put one into .tekton/, or name its file with -f',
    });
  }
  const forPush = runs.filter(({ object }) => isForPush(object));
  const forBranch = forPush.filter(({ object }) => isForBranch(object, branch));
  const [chosen] = [runs, forPush, forBranch].find(({ length }) => length === 1) ?? [];
  if (chosen) return chosen;
  const names = runs.map(({ object: { metadata }, locate }) => {
    const name = metadata.name ?? `${metadata.generateName}*`;
    return `\n  ${name} in ${locate('metadata').file}`;
  });
  const why =
    forPush.length === 0 ? 'none of them is for pushes' : `${forPush.length} of them are for pushes`;
  throw new CliError('Usage', `which PipelineRun is to be checked? ${why}:${names.join('')}`, {
    hint: 'name its file, and the files of what it refers to, with -f',
  });
}

function isForPush(run: KubeObject): boolean {
  const expression = annotation(run, 'on-cel-expression');
  if (expression !== undefined) return /\bevent(_type)?\s*==\s*(["'])push\2/.test(expression);
  return listOf(annotation(run, 'on-event')).includes('push');
}

function isForBranch(run: KubeObject, branch: string): boolean {
  const expression = annotation(run, 'on-cel-expression');
  if (expression !== undefined) {
    const named = [...expression.matchAll(/\btarget_branch\s*==\s*(["'])(.*?)\1/g)];
    return named.some(([, , name]) => name === branch);
  }
  return listOf(annotation(run, 'on-target-branch')).some((glob) =>
    globExpression(glob.replace(/^refs\/heads\//, '')).test(branch),
  );
}

function annotation(run: KubeObject, name: string): string | undefined {
  return run.metadata.annotations?.[prefix + name];
}

/** `[a, b]` or `a`. */
export function listOf(text = ''): string[] {
  return text
    .trim()
    .replace(/^\[(.*)\]$/s, '$1')
    .split(',')
    .map((item) => item.trim().replace(/^(["'])(.*)\1$/, '$2'))
    .filter((item) => item !== '');
}

/** What the run asks Pipelines as Code to bring beside it: Tasks and Pipelines by path, URL or the name of a hub's. */
export function broughtAlong(run: KubeObject): string[] {
  return Object.entries(run.metadata.annotations ?? {})
    .filter(([name]) => name.startsWith(prefix) && /^(task(-\d+)?|pipeline)$/.test(name.slice(prefix.length)))
    .flatMap(([, value]) => listOf(value));
}

function globExpression(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}
