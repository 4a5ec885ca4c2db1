import { KubeError } from '../error.ts';

/** One step of a path: from each value to some others. */
type Step = (value: unknown) => unknown[];

type Filter = (value: unknown) => boolean;

function children(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Array.isArray(value) ? value : Object.values(value);
}

function field(name: string): Step {
  return (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)
      ? [(value as Record<string, unknown>)[name]]
      : [];
}

function everythingBelow(value: unknown): unknown[] {
  return [value, ...children(value).flatMap(everythingBelow)];
}

function index(text: string): Step {
  const at = Number(text);
  return (value) => {
    if (!Array.isArray(value)) return [];
    const found = at < 0 ? value.length + at : at;
    return found in value ? [value[found]] : [];
  };
}

function slice(text: string): Step {
  const [from, to] = text.split(':');
  return (value) =>
    Array.isArray(value) ? value.slice(from ? Number(from) : 0, to ? Number(to) : undefined) : [];
}

function literal(text: string): unknown {
  const quoted = /^(['"])(.*)\1$/s.exec(text);
  if (quoted) return quoted[2]!.replace(/\\(.)/g, '$1');
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return text !== '' && !Number.isNaN(number) ? number : undefined;
}

function compare(operator: string, left: unknown, right: unknown): boolean {
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    default: {
      if (typeof left !== typeof right || (typeof left !== 'number' && typeof left !== 'string'))
        return false;
      const [a, b] = [left, right as typeof left];
      if (operator === '<') return a < b;
      if (operator === '<=') return a <= b;
      return operator === '>' ? a > b : a >= b;
    }
  }
}

/** `?(@.type=="Ready")`, or `?(@.x)` for those that have x. */
function filter(expression: string, path: string): Filter {
  const match = /^@((?:\.[\w-]+|\[[^\]]*\])*)\s*(?:(==|!=|<=|>=|<|>)\s*(.+))?$/s.exec(expression.trim());
  if (!match) throw unreadable(path);
  const steps = parseSteps(match[1]!, path);
  const right = literal((match[3] ?? '').trim());
  return (value) => {
    const found = walk(steps, value);
    if (match[2] === undefined) return found.length > 0;
    return found.some((left) => compare(match[2]!, left, right));
  };
}

function bracket(content: string, path: string): Step {
  const inner = content.trim();
  if (inner === '*') return children;
  const condition = /^\?\((.*)\)$/s.exec(inner);
  if (condition) {
    const test = filter(condition[1]!, path);
    return (value) => children(value).filter(test);
  }
  if (/^-?\d+$/.test(inner)) return index(inner);
  if (/^-?\d*:-?\d*$/.test(inner)) return slice(inner);
  const name = literal(inner);
  if (typeof name === 'string') return field(name);
  throw unreadable(path);
}

/** The end of the bracket that opens at `start`; quotes may hold brackets. */
function closing(text: string, start: number): number {
  let quote = '';
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const char = text[i]!;
    if (quote) {
      if (char === '\\') i++;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '[') depth++;
    else if (char === ']' && --depth === 0) return i;
  }
  return -1;
}

function parseSteps(text: string, path: string): Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < text.length; ) {
    if (text[at] === '[') {
      const end = closing(text, at);
      if (end < 0) throw unreadable(path);
      steps.push(bracket(text.slice(at + 1, end), path));
      at = end + 1;
      continue;
    }
    if (text[at] !== '.') throw unreadable(path);
    if (text[at + 1] === '.') {
      steps.push(everythingBelow);
      at++;
    }
    if (text[at + 1] === '[') {
      at++;
      continue;
    }
    const name = /^(?:\\.|[^.[\]\\])*/s.exec(text.slice(at + 1))![0];
    if (name === '*') steps.push(children);
    else if (name !== '') steps.push(field(name.replace(/\\(.)/gs, '$1')));
    at += 1 + name.length;
  }
  return steps;
}

function walk(steps: readonly Step[], root: unknown): unknown[] {
  return steps.reduce<unknown[]>((values, step) => values.flatMap(step), [root]);
}

function unreadable(path: string): KubeError {
  return new KubeError('BadRequest', `not a JSONPath: ${JSON.stringify(path)}`);
}

/**
 * Reads a simple JSONPath as CustomResourceDefinitions have it (`.spec.x`, `.a[0]`, `.c[?(@.type=="Ready")].status`, `.l[*].n`,
 * `..x`), with or without a leading dot; the result finds what is there in an object. The path may be a user's.
 * @throws KubeError BadRequest when it is not one
 */
export function parseJsonPath(path: string): (root: unknown) => unknown[] {
  const text = path.replace(/^\$/, '');
  const steps = parseSteps(
    text === '' || text.startsWith('.') || text.startsWith('[') ? text : `.${text}`,
    path,
  );
  return (root) => walk(steps, root);
}
