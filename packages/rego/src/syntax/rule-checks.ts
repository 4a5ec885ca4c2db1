import type { Location, Rule, Term } from './ast.ts';
import { kindName } from './term-nodes.ts';

/** How a rule was written, beyond what the tree keeps. */
export interface RuleForm {
  hasIf: boolean;
  hasContains: boolean;
  hasBody: boolean;
  hasValue: boolean;
  /** `p[x] { ... }` of version 0. */
  partialSet: boolean;
}

type Complain = (location: Location, message: string, hint?: string) => void;

/** What version 1 demands of a rule's form, and version 0 not. */
export function checkKeywords(complain: Complain, rule: Rule, form: RuleForm, v0: boolean): void {
  if (v0) return;
  const { head, location } = rule;
  const what = head.args ? 'function' : 'rule';
  const name = head.reference.name.name;
  if (!form.hasBody && !form.hasValue && !head.key && !head.args && head.reference.path.length > 1) {
    complain(location, `${what} must have value assignment and/or body declaration`);
  }
  if (form.hasBody && !form.hasIf) {
    complain(
      location,
      `\`if\` keyword is required before ${what} body`,
      `write \`${name}${form.partialSet || head.key ? ' contains ...' : head.args ? '(...)' : ''} if { ... }\`; policies of Rego v0 need --v0-compatible`,
    );
  }
  if (form.partialSet) {
    complain(
      location,
      '`contains` keyword is required for partial set rules',
      `write \`${name} contains ... if { ... }\` in place of \`${name}[...] { ... }\``,
    );
  }
}

/** A default has a value without variables, and plain variables for arguments. */
export function checkDefault(complain: Complain, rule: Rule): void {
  const { head, location } = rule;
  if (!head.value) {
    if (head.reference.path.length === 1 && !head.args) {
      complain(location, 'illegal default rule (must have a value)');
    }
  } else {
    checkDefaultValue(complain, location, head.value);
  }
  const seen = new Set<string>();
  for (const arg of head.args ?? []) {
    if (arg.kind !== 'var') {
      complain(location, `illegal default rule (arguments cannot contain ${kindName(arg)})`);
    } else if (seen.has(arg.name)) {
      complain(location, `illegal default rule (arguments cannot be repeated ${arg.name})`);
    } else {
      seen.add(arg.name);
    }
  }
}

function checkDefaultValue(complain: Complain, location: Location, value: Term): void {
  switch (value.kind) {
    case 'var':
    case 'ref':
    case 'call':
      complain(location, `illegal default rule (value cannot contain ${value.kind})`);
      return;
    case 'array':
    case 'set':
      for (const item of value.items) checkDefaultValue(complain, location, item);
      return;
    case 'object':
      for (const [key, item] of value.entries) {
        checkDefaultValue(complain, location, key);
        checkDefaultValue(complain, location, item);
      }
  }
}
