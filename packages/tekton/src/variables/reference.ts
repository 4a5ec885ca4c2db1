/** A use of another task's result, `$(tasks.t.results.r)` in any spelling. */
export interface ResultReference {
  scope: 'tasks' | 'finally' | 'steps';
  /** The task or step that produces the result. */
  producer: string;
  result: string;
  /** One key of an object result. */
  key?: string;
  /** One element of an array result. */
  index?: number;
  /** The whole array or object, `[*]`. */
  whole: boolean;
  /** What stands between `$(` and `)`. */
  expression: string;
}

const variable = /\$\(([^()]*)\)/g;
const result =
  /^(tasks|finally|steps)\.([^.[\]]+)\.results(?:\.([^.[\]]+)|\['([^']+)'\]|\["([^"]+)"\])(?:\.([^.[\]]+))?(?:\[([^[\]]+)\])?$/;
const artifact = /^tasks\.([^.[\]]+)\.(?:inputs|outputs)\../;
const matrixLength = /^tasks\.([^.[\]]+)\.matrix\.length$/;
const aggregateLength = /^tasks\.([^.[\]]+)\.matrix\.([^.[\]]+)\.length$/;

/** The expressions between `$(` and `)` in a text, in order. */
export function expressions(text: string): string[] {
  return Array.from(text.matchAll(variable), (match) => match[1] as string);
}

/** Reads one expression as a result reference; undefined when it is something else. */
export function parseResultReference(expression: string): ResultReference | undefined {
  const match = result.exec(expression);
  if (match === null) return undefined;
  const reference: ResultReference = {
    scope: match[1] as ResultReference['scope'],
    producer: match[2] as string,
    result: (match[3] ?? match[4] ?? match[5]) as string,
    whole: match[7] === '*',
    expression,
  };
  if (match[6] !== undefined) reference.key = match[6];
  const selector = match[7];
  if (selector !== undefined && /^\d+$/.test(selector)) reference.index = Number(selector);
  else if (selector !== undefined && selector !== '*')
    reference.key = selector.replace(/^(['"])(.*)\1$/, '$2');
  return reference;
}

/** Every text in a JSON value, depth first; keys of maps are not texts. */
export function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const item of value) yield* textsOf(item);
  else if (typeof value === 'object' && value !== null)
    for (const item of Object.values(value)) yield* textsOf(item);
}

/** As `textsOf`, those alone that have a variable: of a large pipeline that is asked for at every step of its runs. */
function textsWithVariables(value: unknown, found: string[] = []): string[] {
  if (typeof value === 'string') {
    if (value.includes('$(')) found.push(value);
  } else if (Array.isArray(value)) for (const item of value) textsWithVariables(item, found);
  else if (typeof value === 'object' && value !== null)
    for (const item of Object.values(value)) textsWithVariables(item, found);
  return found;
}

/** The result references of a scope anywhere in a JSON value, in order of appearance, repeats included. */
export function resultReferences(
  value: unknown,
  scope: ResultReference['scope'] = 'tasks',
): ResultReference[] {
  const found: ResultReference[] = [];
  for (const text of textsWithVariables(value)) {
    for (const expression of expressions(text)) {
      const reference = parseResultReference(expression);
      if (reference?.scope === scope) found.push(reference);
    }
  }
  return found;
}

/** The tasks whose aggregated results a value counts, `$(tasks.t.matrix.r.length)`. */
export function aggregateLengthReferences(value: unknown): Array<{ producer: string; result: string }> {
  const found: Array<{ producer: string; result: string }> = [];
  for (const text of textsWithVariables(value)) {
    for (const expression of expressions(text)) {
      const match = aggregateLength.exec(expression);
      if (match !== null) found.push({ producer: match[1] as string, result: match[2] as string });
    }
  }
  return found;
}

/** The tasks whose runs a value counts, `$(tasks.t.matrix.length)`. */
export function matrixLengthReferences(value: unknown): string[] {
  return textsWithVariables(value)
    .flatMap(expressions)
    .flatMap((expression) => matrixLength.exec(expression)?.[1] ?? []);
}

/** The tasks whose artifacts a value uses, `$(tasks.t.outputs.a)`. As in Tekton, that does not make them run first. */
export function artifactReferences(value: unknown): Set<string> {
  const uses = textsWithVariables(value).flatMap(expressions);
  return new Set(uses.flatMap((expression) => artifact.exec(expression)?.[1] ?? []));
}
