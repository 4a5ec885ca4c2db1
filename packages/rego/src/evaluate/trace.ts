import type { Location } from '../syntax/ast.ts';
import type { Value } from '../values/value.ts';

/** What happens while a query is evaluated, as OPA names it. */
export interface TraceEvent {
  op: 'Enter' | 'Eval' | 'Redo' | 'Exit' | 'Fail' | 'Note' | 'Index';
  /** The body being evaluated, counted in the order of their beginnings, and the one that needed it. */
  queryId: number;
  parentId: number;
  location: Location;
  /** What kind of thing the location is; `generated`: what the compiler made of a part of a literal or a head. */
  node: 'expression' | 'rule' | 'body' | 'generated';
  /** Of `Note` and `Index`. */
  message?: string;
  /** The variables bound at that moment, by their written names. */
  locals(): Map<string, Value>;
}

/** Told of everything. A query with a tracer runs a second set of closures; without one nothing is paid. */
export interface Tracer {
  event(event: TraceEvent): void;
}
