import type { Builtin } from '../builtins/builtin.ts';
import type { CompiledPolicy } from '../compile/compiler.ts';
import type { LoweredRule } from '../compile/intermediate.ts';
import type { Key } from '../compile/keys.ts';
import { type PlacedRule, pathText, type TreeNode } from '../compile/rule-tree.ts';
import type { Value } from '../values/value.ts';
import { answerOf, type Callee, faulted } from './call.ts';
import { DataNode } from './data-node.ts';
import { Dependencies } from './dependencies.ts';
import { evaluationError } from './evaluation.ts';
import { collectInto, GeneralGroup } from './general-group.ts';
import { hostAnswer } from './host.ts';
import { printing } from './print.ts';
import { PartialRule, ValueRule } from './rule-code.ts';
import type { RuleGroup } from './rule-group.ts';
import { addMember, SetGroup } from './set-group.ts';
import { KnownTargets } from './targets.ts';
import type { Tracing } from './tracing.ts';
import { ValueGroup } from './value-group.ts';

/** The rules of a policy as closures, made when they are first evaluated. */
export class Program {
  readonly root: DataNode;
  readonly tracing: Tracing | undefined;
  readonly #policy: CompiledPolicy;
  /** Whether rules and comprehensions are indexed; without it every one is tried. */
  readonly indexed: boolean;
  /** What is replaced by `with` anywhere. */
  readonly targets = new KnownTargets();
  readonly #callees = new Map<string, Callee>();

  constructor(policy: CompiledPolicy, options: { tracing?: Tracing; indexed?: boolean } = {}) {
    this.#policy = policy;
    this.tracing = options.tracing;
    this.indexed = options.indexed ?? true;
    this.root = new DataNode([]);
    this.#plant(policy.tree.root, this.root);
  }

  /** How many operands a call takes; see `Arity`. */
  get arity(): CompiledPolicy['arity'] {
    return this.#policy.arity;
  }

  /** What a call with this operator reaches. */
  callee(operator: readonly string[]): Callee {
    const name = operator.join('.');
    let callee = this.#callees.get(name);
    if (!callee) {
      callee = operator.length > 1 ? this.#function(operator, name) : this.#builtin(name);
      this.#callees.set(name, callee);
    }
    return callee;
  }

  /** Whether a path that begins with `data` is a function's. */
  isFunction(path: readonly Key[]): boolean {
    return this.groupAt(path.slice(1))?.kind === 'function';
  }

  /** The rules at exactly that path below `data`. */
  groupAt(path: readonly Key[]): RuleGroup | undefined {
    let node: DataNode | undefined = this.root;
    for (const key of path) {
      node = node.child(key);
      if (!node) return undefined;
    }
    return node.group;
  }

  #function(operator: readonly string[], name: string): Callee {
    const group = this.groupAt(operator.slice(1));
    if (!group) throw evaluationError(undefined, 'eval_internal_error', `undefined function ${name}`);
    return { kind: 'function', name, arity: group.arity, group };
  }

  #builtin(name: string): Callee {
    const builtin = this.#policy.builtins.get(name);
    if (!builtin) throw evaluationError(undefined, 'eval_internal_error', `undefined function ${name}`);
    const arity = builtin.args.length;
    if (builtin.relation)
      return {
        kind: 'relation',
        name,
        arity,
        answers: (world, operands, location) => {
          try {
            return builtin.call(operands, world.evaluation) as Iterable<Value> | undefined;
          } catch (error) {
            return faulted(error, name, world, location);
          }
        },
      };
    const answer =
      name === 'internal.print' ? printing : builtin.host ? hostAnswer(builtin.host) : answerOf(builtin);
    return { kind: 'builtin', name, arity, builtin, answer };
  }

  #plant(from: TreeNode, to: DataNode): void {
    if (from.rules.length > 0) to.group = this.#group(from, to);
    for (const [key, child] of from.children) {
      const node = new DataNode(child.path);
      to.children.set(key as Value, node);
      this.#plant(child, node);
    }
  }

  #group(from: TreeNode, to: DataNode): RuleGroup {
    const lowered = from.rules.map((placed) => this.#lowered(placed));
    const name = pathText(from.path);
    const [first] = lowered as [LoweredRule];
    if (from.isGeneral) {
      const rules = lowered.map((rule) => new PartialRule(this, rule, collectInto(rule)));
      const extent = [...from.extent()].map((placed) => this.#lowered(placed));
      return new GeneralGroup(name, to, rules, this.#dependencies(extent), this.indexed);
    }
    const dependencies = this.#dependencies(lowered);
    if (first.key) {
      const rules = lowered.map((rule) => new PartialRule(this, rule, addMember));
      return new SetGroup(name, rules, dependencies, this.indexed);
    }
    const rules = lowered.map((rule) => new ValueRule(this, rule));
    return new ValueGroup(name, rules, first.args?.length ?? 0, dependencies, this.indexed);
  }

  #dependencies(rules: readonly LoweredRule[]): Dependencies {
    return new Dependencies(this.root, rules);
  }

  #lowered(placed: PlacedRule): LoweredRule {
    return this.#policy.rules.get(placed) as LoweredRule;
  }
}

export type { Builtin };
