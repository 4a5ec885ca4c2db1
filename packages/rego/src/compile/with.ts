import type { Location, Term, With } from '../syntax/ast.ts';
import { constant, type LoweredExpression, type Replacement } from './intermediate.ts';
import type { BodyLowering } from './lower-body.ts';
import { captured, lowerTerm, needsEvaluation } from './lower-term.ts';

/** Lowers the replacements of one literal; their values are evaluated before it and outside of them. */
export function lowerReplacements(
  lowering: BodyLowering,
  list: readonly With[],
  into: LoweredExpression[],
): Replacement[] {
  return list.map((item) => lowerReplacement(lowering, item, into));
}

function lowerReplacement(lowering: BodyLowering, item: With, into: LoweredExpression[]): Replacement {
  const { builtins, tree } = lowering.around;
  const target = targetOf(lowering, item.target);
  const location = item.location;
  if (!target) {
    problem(
      lowering,
      item.target.location,
      'rego_type_error',
      'with keyword target must reference existing input, data, or a function',
    );
    return { target: { kind: 'input', path: ['input'] }, value: constant(null, location), location };
  }
  if (target.kind === 'data') checkWhole(lowering, target.path, item.target.location);
  if (target.kind === 'builtin') checkReplaceable(lowering, target.path[0] as string, item.target.location);
  const replacesFunction =
    target.kind === 'builtin' || (target.kind === 'data' && tree.isFunction(target.path.slice(1)));
  const value = functionOf(lowering, item.value);
  if (value && (value.kind === 'builtin' ? builtins.has(value.path[0] as string) : true)) {
    const standsForFunction =
      value.kind === 'builtin' ||
      (replacesFunction ? tree.has(value.path.slice(1)) : tree.isFunction(value.path.slice(1)));
    if (standsForFunction) return { target, function: value, value: constant(null, location), location };
  }
  const lowered = lowerTerm(lowering, item.value, into);
  const ready = needsEvaluation(lowered) ? captured(lowering.scopes, lowered, into) : lowered;
  return { target, value: ready, location };
}

/** What a target names, if it is something that can be replaced. */
function targetOf(lowering: BodyLowering, term: Term): Replacement['target'] | undefined {
  const path = staticPath(term);
  if (!path) return undefined;
  const [head = '', ...rest] = path;
  // A local that shadows `input` does not hide the document from `with`.
  const global =
    head === 'input' ? ['input'] : lowering.scopes.hides(head) ? undefined : lowering.names.resolve(head);
  if (global) return { kind: global[0] === 'input' ? 'input' : 'data', path: [...global, ...rest] };
  const name = path.join('.');
  return lowering.around.builtins.has(name) ? { kind: 'builtin', path: [name] } : undefined;
}

/** The function or builtin that a value names without calling it. */
function functionOf(
  lowering: BodyLowering,
  term: Term,
): { kind: 'data' | 'builtin'; path: string[] } | undefined {
  if (term.kind !== 'var' && term.kind !== 'ref') return undefined;
  const path = staticPath(term);
  if (!path) return undefined;
  const [head = '', ...rest] = path;
  if (lowering.scopes.hides(head) || lowering.scopes.declared(head)) return undefined;
  const global = lowering.names.resolve(head);
  if (global) return global[0] === 'data' ? { kind: 'data', path: [...global, ...rest] } : undefined;
  const name = path.join('.');
  return lowering.around.builtins.has(name) ? { kind: 'builtin', path: [name] } : undefined;
}

function staticPath(term: Term): string[] | undefined {
  if (term.kind === 'var') return [term.name];
  if (term.kind !== 'ref' || term.head.kind !== 'var') return undefined;
  const path = [term.head.name];
  for (const part of term.path) {
    if (part.kind !== 'scalar' || typeof part.value !== 'string') return undefined;
    path.push(part.value);
  }
  return path;
}

function checkWhole(lowering: BodyLowering, path: readonly string[], location: Location): void {
  for (let length = 1; length < path.length - 1; length += 1)
    if (lowering.around.tree.has(path.slice(1, length + 1)))
      problem(
        lowering,
        location,
        'rego_compile_error',
        'with keyword cannot partially replace virtual document(s)',
      );
}

function checkReplaceable(lowering: BodyLowering, name: string, location: Location): void {
  const refuse = (why: string) =>
    problem(lowering, location, 'rego_compile_error', `with keyword replacing built-in function: ${why}`);
  if (name === 'eq' || name.startsWith('rego.metadata.')) refuse(`replacement of "${name}" invalid`);
  else if (name.startsWith('internal.')) refuse(`replacement of internal function "${name}" invalid`);
  else if (lowering.around.builtins.get(name)?.relation) refuse('target must not be a relation');
  else if (name === 'print') refuse('target must not be a void function');
}

function problem(
  lowering: BodyLowering,
  location: Location,
  code: 'rego_compile_error' | 'rego_type_error',
  message: string,
): void {
  lowering.around.problems.add('with', location, code, message);
}
