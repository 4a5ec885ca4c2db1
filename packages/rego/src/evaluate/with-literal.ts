import type { LoweredExpression, Replacement } from '../compile/intermediate.ts';
import { RegoObject } from '../values/rego-object.ts';
import type { Value } from '../values/value.ts';
import type { BodyCompiler } from './body-compiler.ts';
import { chain, type Getter, type Step } from './code.ts';
import { flatten, getterOf } from './flat-term.ts';
import type { Program } from './program.ts';
import type { Targets } from './targets.ts';
import { type Mock, World } from './world.ts';

interface Change {
  replacement: Replacement;
  get: Getter;
  mock: Mock | undefined;
  /** The name by which a mocked function is called. */
  name: string;
}

/** Compiles literals with `with`: they are evaluated in a world of their own; what comes after them is not. */
export function compileWith(
  compiler: BodyCompiler,
  replacements: readonly Replacement[],
  expressions: readonly LoweredExpression[],
): Step {
  const { program } = compiler;
  const none: Step[] = [];
  const changes = replacements.map(
    (replacement): Change => ({
      replacement,
      get: getterOf(compiler, flatten(compiler, replacement.value, none)),
      mock: mockOf(program, replacement),
      name: replacement.target.path.join('.'),
    }),
  );
  const steps: Step[] = [];
  for (const expression of expressions) compiler.withoutReplacements(expression, steps);
  const targets = program.targets.at(
    replacements.map(({ target }) => (target.kind === 'builtin' ? ['builtin', target.path[0]] : target.path)),
  );
  return {
    each: (next) => {
      const inner = chain(steps, (world, slots) => next(world.below as World, slots));
      return (world, slots) => {
        const changed = change(program, world, slots, changes, targets);
        return changed ? inner(changed, slots) : world.evaluation.halted;
      };
    },
  };
}

function change(
  program: Program,
  world: World,
  slots: unknown[],
  changes: readonly Change[],
  targets: Targets,
): World | undefined {
  let { input, data } = world;
  let replaced = world.replaced;
  let mocks: Map<string, Mock> | undefined;
  for (const { replacement, get, mock, name } of changes) {
    const { kind, path } = replacement.target;
    const value = get(world, slots);
    if (value === undefined) return undefined;
    if (kind === 'input') input = withPath(input, path, 1, value);
    else if (kind === 'builtin' || program.isFunction(path)) {
      mocks ??= new Map(world.mocks);
      mocks.set(name, mock ?? { value });
    } else {
      data = withPath(data, path, 1, value) as RegoObject;
      replaced = [...(replaced ?? []), path.slice(1)];
    }
  }
  return new World(world.evaluation, { input, data, replaced, mocks: mocks ?? world.mocks }, world, targets);
}

/** A document with another value at a path; what is no object on the way there gives way. */
function withPath(document: Value | undefined, path: readonly string[], from: number, value: Value): Value {
  const key = path[from];
  if (key === undefined) return value;
  const copy = new RegoObject();
  if (document instanceof RegoObject)
    for (const other of document.keys()) if (other !== key) copy.add(other, document.get(other) as Value);
  const below = document instanceof RegoObject ? document.get(key) : undefined;
  copy.add(key, withPath(below, path, from + 1, value));
  return copy;
}

function mockOf(program: Program, replacement: Replacement): Mock | undefined {
  const stand = replacement.function;
  if (!stand) return undefined;
  const callee = program.callee(stand.kind === 'data' ? stand.path : [stand.path.join('.')]);
  const targetsOf = (names: Iterable<string>) =>
    program.targets.at(
      [...names].map((name) => (name.startsWith('data.') ? name.split('.') : ['builtin', name])),
    );
  if (callee.kind === 'function')
    return { call: (world, args) => callee.group.call(world.unmocked(targetsOf), args) };
  if (callee.kind === 'builtin')
    return {
      call: (world, args) => callee.answer(world.unmocked(targetsOf), args, replacement.location),
    };
  return undefined;
}
