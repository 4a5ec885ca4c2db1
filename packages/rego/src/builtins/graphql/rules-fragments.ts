import { suggestion } from './suggestions.ts';
import type { Definition, FragmentDefinition, FragmentSpread, Selection } from './tree.ts';
import { typeName } from './tree.ts';
import type { Rule, WalkContext } from './walker.ts';

/** Rules about fragments and type names (October 2021, section 5.5), in the words of gqlparser. */

function isComposite(definition: Definition): boolean {
  return definition.Kind === 'OBJECT' || definition.Kind === 'INTERFACE' || definition.Kind === 'UNION';
}

export const fragmentsOnCompositeTypes: Rule = {
  inlineFragment: ({ schema, report }, { TypeCondition, position }) => {
    const definition = schema.types.get(TypeCondition);
    if (!definition || isComposite(definition)) return;
    report(`Fragment cannot condition on non composite type "${TypeCondition}".`, position);
  },
  fragment: ({ schema, report }, { Name, TypeCondition, position }) => {
    const definition = schema.types.get(TypeCondition);
    if (!definition || isComposite(definition)) return;
    report(`Fragment "${Name}" cannot condition on non composite type "${TypeCondition}".`, position);
  },
};

export const knownFragmentNames: Rule = {
  spread: ({ spreads, report }, spread) => {
    if (!spreads.get(spread)?.fragment) report(`Unknown fragment "${spread.Name}".`, spread.position);
  },
};

export const knownTypeNames: Rule = {
  variable: ({ schema, report }, { Type, position }) => {
    const name = typeName(Type);
    if (!schema.types.has(name)) report(`Unknown type "${name}".`, position);
  },
  inlineFragment: ({ schema, report }, { TypeCondition, position }) => {
    if (TypeCondition === '' || schema.types.has(TypeCondition)) return;
    report(`Unknown type "${TypeCondition}".`, position);
  },
  fragment: ({ schema, report }, { TypeCondition, position }) => {
    if (schema.types.has(TypeCondition)) return;
    const names = [...schema.types.keys()].sort();
    report(`Unknown type "${TypeCondition}".${suggestion('Did you mean', TypeCondition, names)}`, position);
  },
};

export function noUnusedFragments(): Rule {
  const used = new Set<string>();
  let amongFragments = false;
  return {
    spread: (_, spread) => {
      if (!amongFragments) used.add(spread.Name);
    },
    fragment: ({ report }, { Name, position }) => {
      amongFragments = true;
      if (!used.has(Name)) report(`Fragment "${Name}" is never used.`, position);
    },
  };
}

export function uniqueFragmentNames(): Rule {
  const seen = new Set<string>();
  return {
    fragment: ({ report }, { Name, position }) => {
      if (seen.has(Name)) report(`There can be only one fragment named "${Name}".`, position);
      seen.add(Name);
    },
  };
}

export function noFragmentCycles(): Rule {
  const visited = new Set<string>();
  return {
    fragment: (context, fragment) => findCycles(context, fragment, visited),
  };
}

interface Step {
  name: string;
  spreads: FragmentSpread[];
  next: number;
}

function findCycles(context: WalkContext, start: FragmentDefinition, visited: Set<string>): void {
  const steps: Step[] = [];
  const enter = (fragment: FragmentDefinition | undefined) => {
    if (!fragment || visited.has(fragment.Name)) return;
    visited.add(fragment.Name);
    const spreads = spreadsOf(fragment.SelectionSet);
    if (spreads.length > 0) steps.push({ name: fragment.Name, spreads, next: 0 });
  };
  enter(start);
  for (let step = steps.at(-1); step; step = steps.at(-1)) {
    const spread = step.spreads[step.next];
    if (!spread) {
      steps.pop();
      continue;
    }
    step.next += 1;
    context.spend(1);
    const from = steps.findIndex(({ name }) => name === spread.Name);
    if (from < 0) {
      enter(context.document.Fragments.find(({ Name }) => Name === spread.Name));
      continue;
    }
    const names = steps.slice(from + 1).map(({ name }) => `"${name}"`);
    const via = names.length > 0 ? ` via ${names.join(', ')}` : '';
    context.report(`Cannot spread fragment "${spread.Name}" within itself${via}.`, spread.position);
  }
}

/** The spreads of a selection set at any depth: those of its own first. */
function spreadsOf(selections: readonly Selection[]): FragmentSpread[] {
  const spreads: FragmentSpread[] = [];
  const sets = [selections];
  for (let set = sets.pop(); set; set = sets.pop()) {
    for (const selection of set) {
      if (selection.type === 'spread') spreads.push(selection);
      else sets.push(selection.SelectionSet);
    }
  }
  return spreads;
}

export const possibleFragmentSpreads: Rule = {
  inlineFragment: (context, inline) => {
    const parent = context.inlines.get(inline)?.parent;
    if (!parent || mayOverlap(context, parent, inline.TypeCondition)) return;
    context.report(
      `Fragment cannot be spread here as objects of type "${parent.Name}" can never be of type "${inline.TypeCondition}".`,
      inline.position,
    );
  },
  spread: (context, spread) => {
    const { parent, fragment } = context.spreads.get(spread) ?? {};
    if (!parent || !fragment || mayOverlap(context, parent, fragment.TypeCondition)) return;
    context.report(
      `Fragment "${spread.Name}" cannot be spread here as objects of type "${parent.Name}" can never be of type "${fragment.TypeCondition}".`,
      spread.position,
    );
  },
};

/** Whether an object may be of both types; also where that cannot be told. */
function mayOverlap({ schema }: WalkContext, parent: Definition, condition: string): boolean {
  const definition = schema.types.get(condition);
  if (!isComposite(parent) || !definition || !isComposite(definition)) return true;
  const parents = parent.Kind === 'OBJECT' ? [parent] : (schema.possibleTypes.get(parent.Name) ?? []);
  const names = new Set(parents.map((type) => type?.Name));
  return (schema.possibleTypes.get(condition) ?? []).some((type) => type && names.has(type.Name));
}
