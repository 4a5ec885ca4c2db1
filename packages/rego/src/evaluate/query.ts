import { CallCheck } from '../compile/calls.ts';
import type { CompiledPolicy } from '../compile/compiler.ts';
import { declaredNames } from '../compile/declared-names.ts';
import {
  isGeneratedName,
  isWildcard,
  type LoweredExpression,
  type LoweredTerm,
  local,
  writtenName,
} from '../compile/intermediate.ts';
import { BodyLowering } from '../compile/lower-body.ts';
import { Names } from '../compile/names.ts';
import { Problems } from '../compile/problems.ts';
import { orderBody } from '../compile/safety.ts';
import { TypeCheck } from '../compile/types/check-types.ts';
import type { Import, Location } from '../syntax/ast.ts';
import { parseQuery } from '../syntax/parse.ts';
import type { Value } from '../values/value.ts';
import { BodyCompiler } from './body-compiler.ts';
import { type Continuation, chain, type Slots } from './code.ts';
import type { Program } from './program.ts';
import type { World } from './world.ts';

export interface QuerySettings {
  /** The package whose rules and the imports whose names the query sees. */
  package?: readonly string[];
  imports?: readonly Import[];
  /**
   * Keep the value of each literal, and let literals that are false hold: what `opa eval` shows. Otherwise a query has the solutions
   * of a rule's body.
   */
  captureValues?: boolean;
}

/** One literal of a query and its value in a solution. */
export interface ExpressionValue {
  text: string;
  value: Value;
  location: Location;
}

export interface QueryResult {
  /** By the names that the query uses; `_` left out. */
  bindings: Map<string, Value>;
  /** Empty unless values are captured. */
  expressions: ExpressionValue[];
}

interface Captured {
  name: string;
  text: string;
  location: Location;
}

/** A query after every check. */
export interface CompiledQuery {
  body: LoweredExpression[];
  captured: Captured[];
}

/**
 * Reads and checks a query.
 * @throws RegoError
 */
export function compileQuery(policy: CompiledPolicy, text: string, settings: QuerySettings): CompiledQuery {
  const parsed = parseQuery(text);
  const problems = new Problems();
  const { builtins, tree, arity } = policy;
  const own = settings.package ? policy.namesIn(settings.package) : [];
  const lowering = new BodyLowering(
    {
      problems,
      builtins,
      tree,
      strict: false,
      textAt: ({ start, end }) => text.slice(start, end),
    },
    new Names(settings.package ?? [], own, settings.imports ?? []),
  );
  lowering.scopes.hide(declaredNames(parsed));
  let body = lowering.literals(parsed);
  problems.throwIfAny();
  const captured: Captured[] = [];
  if (settings.captureValues)
    for (const expression of body) {
      if (expression.generated) continue;
      const name = lowering.scopes.generate();
      const { location } = expression;
      captured.push({ name, text: text.slice(location.start, location.end), location });
      capture(expression, name, arity(operatorOf(expression)));
    }
  new CallCheck(builtins, arity, problems, () => builtins.keys()).body(body);
  problems.throwIfAny();
  body = orderBody(body, new Set(), arity, problems);
  problems.throwIfAny();
  new TypeCheck(builtins, problems, policy.types).body(body);
  problems.throwIfAny();
  return { body, captured };
}

function operatorOf({ what }: LoweredExpression): readonly string[] {
  return what.kind === 'call' ? what.operator : [''];
}

/** Changes a literal so that its value is bound to a name in place of being tested. */
function capture(expression: LoweredExpression, name: string, takes: number | undefined): void {
  const { what, negated, location } = expression;
  if (negated || what.kind === 'every') return;
  const output: LoweredTerm = local(name, location);
  if (what.kind === 'term') expression.what = { kind: 'call', operator: ['eq'], args: [output, what.term] };
  else if (what.operator[0] !== 'eq' && what.args.length === takes) what.args = [...what.args, output];
}

/** A query as closures. */
export class QueryCode {
  readonly #size: number;
  readonly #body: Continuation;

  constructor(program: Program, query: CompiledQuery) {
    const compiler = new BodyCompiler(program);
    const steps = compiler.body(query.body);
    const names = [...compiler.bound].filter((name) => !isGeneratedName(name) && !isWildcard(name));
    const slots = names.map((name): [string, number] => [writtenName(name), compiler.slot(name)]);
    const captured = query.captured.map((item) => ({
      ...item,
      slot: compiler.bound.has(item.name) ? compiler.slot(item.name) : undefined,
    }));
    const collect: Continuation = (world, frame) => {
      world.evaluation.spend(1);
      const bindings = new Map<string, Value>();
      for (const [name, slot] of slots) bindings.set(name, frame[slot] as Value);
      const expressions = captured.map(({ text, location, slot }) => ({
        text,
        location,
        value: slot === undefined ? true : (frame[slot] as Value),
      }));
      (frame[0] as QueryResult[]).push({ bindings, expressions });
      return false;
    };
    const body = chain(steps, collect);
    this.#body = program.tracing ? program.tracing.query(compiler, query, body) : body;
    this.#size = compiler.size;
  }

  /** All solutions. */
  run(world: World): QueryResult[] {
    const slots: Slots = new Array(this.#size);
    const results: QueryResult[] = [];
    slots[0] = results;
    this.#body(world, slots);
    return results;
  }
}
