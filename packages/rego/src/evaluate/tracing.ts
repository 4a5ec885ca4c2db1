import type { ComprehensionTerm, LoweredExpression, LoweredRule } from '../compile/intermediate.ts';
import type { BodyCompiler } from './body-compiler.ts';
import type { Continuation, Step } from './code.ts';
import type { CompiledQuery } from './query.ts';

/** The hooks that the second set of closures carries. */
export interface Tracing {
  /** Compiles a literal with its events around it. */
  literal(compiler: BodyCompiler, expression: LoweredExpression, steps: Step[]): void;
  /** Tells that a rule's body has a solution, before its value is worked out. */
  solved(compiler: BodyCompiler, rule: LoweredRule): Step;
  /** Puts the events of a rule's body around it. */
  rule(compiler: BodyCompiler, rule: LoweredRule, body: Continuation): Continuation;
  /** The same for a comprehension. */
  closure(compiler: BodyCompiler, term: ComprehensionTerm, body: Continuation): Continuation;
  /** The same for a query. */
  query(compiler: BodyCompiler, query: CompiledQuery, body: Continuation): Continuation;
}
