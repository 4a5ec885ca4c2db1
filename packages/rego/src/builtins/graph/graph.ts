import type { RegoObject } from '../../values/rego-object.ts';
import { RegoSet } from '../../values/rego-set.ts';
import type { Value } from '../../values/value.ts';
import type { Builtin, BuiltinContext, RegoType } from '../builtin.ts';
import { objectOperand, operandType } from '../operands.ts';
import { any, arrayOf, objectOf, oneOf, setOf } from '../types.ts';

const vertices: RegoType = oneOf(arrayOf(any), setOf(any));
const categories = ['graph'];

/** Neighbours may be an array or a set; anything else counts as none. */
function edgesOf(value: Value | undefined): readonly Value[] {
  if (Array.isArray(value)) return value;
  return value instanceof RegoSet ? value.values() : [];
}

function initialOperand(value: Value | undefined): readonly Value[] {
  if (!Array.isArray(value) && !(value instanceof RegoSet)) {
    throw operandType(2, value as Value, '{array, set}');
  }
  return edgesOf(value);
}

function reachable(graph: RegoObject, initial: readonly Value[], context: BuiltinContext): RegoSet {
  const reached = new RegoSet();
  const queue = [...initial];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    context.spend(1);
    const edges = graph.get(next);
    if (edges === undefined || reached.has(next)) continue;
    reached.add(next);
    for (const neighbour of edgesOf(edges)) if (!reached.has(neighbour)) queue.push(neighbour);
  }
  return reached;
}

interface Step {
  path: readonly Value[];
  edges: readonly Value[];
  next: number;
}

/**
 * The paths from each initial node to where they end: at a node without neighbours, before a name that is no node, or before a node
 * already met on the way from the same first neighbour. Iterative: a long path needs no stack.
 */
function reachablePaths(graph: RegoObject, initial: readonly Value[], context: BuiltinContext): RegoSet {
  const paths = new RegoSet();
  for (const node of initial) {
    const edges = graph.get(node);
    if (edges === undefined) continue;
    const neighbours = edgesOf(edges);
    if (neighbours.length === 0) paths.add([node]);
    for (const neighbour of neighbours) walk(graph, node, neighbour, paths, context);
  }
  return paths;
}

function walk(graph: RegoObject, from: Value, first: Value, paths: RegoSet, context: BuiltinContext): void {
  const reached = RegoSet.of([from]);
  const steps: Step[] = [];
  const enter = (node: Value, path: readonly Value[]) => {
    context.spend(path.length + 1);
    const edges = graph.get(node);
    if (edges === undefined) {
      paths.add(path);
      return;
    }
    const longer = [...path, node];
    const neighbours = edgesOf(edges);
    if (neighbours.length === 0) {
      paths.add(longer);
      return;
    }
    steps.push({ path: longer, edges: neighbours, next: 0 });
  };
  enter(first, [from]);
  for (let step = steps.at(-1); step !== undefined; step = steps.at(-1)) {
    if (step.next === step.edges.length) {
      steps.pop();
      continue;
    }
    const neighbour = step.edges[step.next] as Value;
    step.next += 1;
    if (reached.has(neighbour)) {
      context.spend(step.path.length);
      paths.add(step.path);
    } else {
      reached.add(step.path.at(-1) as Value);
      enter(neighbour, step.path);
    }
  }
}

export const graphBuiltins: readonly Builtin[] = [
  {
    name: 'graph.reachable',
    args: [objectOf(any, vertices), vertices],
    result: setOf(any),
    categories,
    call: ([graph, initial], context) => reachable(objectOperand(graph, 1), initialOperand(initial), context),
  },
  {
    name: 'graph.reachable_paths',
    args: [objectOf(any, vertices), vertices],
    result: setOf(arrayOf(any)),
    categories,
    call: ([graph, initial], context) =>
      reachablePaths(objectOperand(graph, 1), initialOperand(initial), context),
  },
];
