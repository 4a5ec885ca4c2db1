import type { Step } from '../types/containers.ts';
import { expressions } from '../variables/reference.ts';
import type { Findings } from './field-error.ts';

const quoted = (text: string): string => JSON.stringify(text);

/** A use of `$(prefix.name...)` in a text. */
interface Use {
  name: string;
  /** `.key` of an object, when written with a dot. */
  key?: string;
  indexed: boolean;
}

/** What a text uses below a prefix, `$(prefix.x)`, `$(prefix['x'])`, `$(prefix["x"])`, indexes and `[*]` included. */
function usesOf(text: string, prefix: string): Use[] {
  const uses: Use[] = [];
  for (const expression of expressions(text)) {
    if (!expression.startsWith(prefix)) continue;
    const rest = expression.slice(prefix.length);
    const bracket = /^\[(?:'([^']*)'|"([^"]*)")\](.*)$/.exec(rest);
    const dotted = /^\.([^[\]]*)(.*)$/.exec(rest);
    if (bracket !== null) {
      const use: Use = {
        name: (bracket[1] ?? bracket[2]) as string,
        indexed: /^\[\d+\]/.test(bracket[3] ?? ''),
      };
      const key = /^\.([^[\]]+)/.exec(bracket[3] ?? '')?.[1];
      uses.push(key === undefined ? use : { ...use, key });
    } else if (dotted !== null) {
      const [name = '', key] = (dotted[1] as string).split('.');
      const use: Use = { name, indexed: /^\[\d+\]/.test(dotted[2] ?? '') };
      uses.push(key === undefined ? use : { ...use, key });
    }
  }
  return uses;
}

/** True when a text has more than two components after `params`: neither a param nor an object's key. */
function hasDeepReference(text: string, prefix: string): boolean {
  return (
    prefix === 'params' &&
    expressions(text).some((expression) => /^params(\.[^.[\]]+){3,}(\[.*\])?$/.test(expression))
  );
}

/** Uses of names that do not exist. */
export function checkKnown(
  text: string,
  prefix: string,
  known: ReadonlySet<string>,
  findings: Findings,
): void {
  if (hasDeepReference(text, prefix)) {
    findings.add(
      `Invalid referencing of parameters in ${quoted(text)}! Only two dot-separated components after the prefix "params" are allowed.`,
    );
    return;
  }
  const isUnknown = ({ name, key }: Use) =>
    !known.has(name) && !(key !== undefined && known.has(`${name}.${key}`));
  if (usesOf(text, prefix).some(isUnknown)) findings.add(`non-existent variable in ${quoted(text)}`);
}

/** Uses of an array (or, with `allowKeys`, of a whole object) where only text fits. */
export function checkText(
  text: string,
  prefix: string,
  prohibited: ReadonlySet<string>,
  findings: Findings,
  options: { allowKeys?: boolean } = {},
): void {
  const wrong = usesOf(text, prefix).some(
    ({ name, key, indexed }) =>
      prohibited.has(name) && !indexed && !(options.allowKeys === true && key !== undefined),
  );
  if (wrong) findings.add(`variable type invalid in ${quoted(text)}`);
}

/** An array in a list must be the whole text. */
export function checkIsolated(
  text: string,
  prefix: string,
  arrays: ReadonlySet<string>,
  findings: Findings,
): void {
  if (/^\$\([^()]*\)$/.test(text)) return;
  if (usesOf(text, prefix).some(({ name, indexed }) => arrays.has(name) && !indexed)) {
    findings.add(`variable is not properly isolated in ${quoted(text)}`);
  }
}

/** The texts of a step that may hold variables, with their places; `list` marks elements of lists. */
export function* stepTexts(
  step: Step,
  findings: Findings,
): Generator<{ text: string; at: Findings; list: boolean }> {
  const plain = (text: string | undefined, field: string) => ({
    text: text ?? '',
    at: findings.at(field),
    list: false,
  });
  yield plain(step.name, 'name');
  yield plain(step.image, 'image');
  yield plain(step.workingDir, 'workingDir');
  yield plain(step.script, 'script');
  for (const [index, text] of (step.command ?? []).entries())
    yield { text, at: findings.at('command', index), list: true };
  for (const [index, text] of (step.args ?? []).entries())
    yield { text, at: findings.at('args', index), list: true };
  for (const { name, value } of step.env ?? [])
    yield { text: value ?? '', at: findings.at('env', name), list: false };
  for (const [index, mount] of (step.volumeMounts ?? []).entries()) {
    const at = findings.at('volumeMount', index);
    yield { text: mount.name ?? '', at: at.at('name'), list: false };
    yield { text: mount.mountPath ?? '', at: at.at('mountPath'), list: false };
    yield { text: mount.subPath ?? '', at: at.at('subPath'), list: false };
  }
  yield plain(step.onError, 'onError');
}
