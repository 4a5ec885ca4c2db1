import type { GeneralGroup } from './general-group.ts';
import type { SetGroup } from './set-group.ts';
import type { ValueGroup } from './value-group.ts';

/** The rules of one place below `data`. */
export type RuleGroup = ValueGroup | SetGroup | GeneralGroup;
