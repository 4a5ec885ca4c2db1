import type { Key } from '../compile/keys.ts';
import type { Value } from '../values/value.ts';
import type { RuleGroup } from './rule-group.ts';

/** A place below `data` with rules at or below it. */
export class DataNode {
  readonly path: readonly Key[];
  readonly children = new Map<Value, DataNode>();
  /** The rules that lie here. Below it nothing is looked up past it. */
  group: RuleGroup | undefined;

  constructor(path: readonly Key[]) {
    this.path = path;
  }

  child(key: Value): DataNode | undefined {
    return this.children.get(key);
  }
}
