import type { Position } from './lexer.ts';
import {
  type Argument,
  type Field,
  type FragmentSpread,
  type Selection,
  type TypeReference,
  typeText,
} from './tree.ts';
import type { Rule, WalkContext } from './walker.ts';

/** Two fields of one response name that cannot both be answered. */
interface Conflict {
  name: string;
  reason: string | Conflict[];
  position: Position | undefined;
}

interface Collected {
  fields: Map<string, Field[]>;
  spreads: FragmentSpread[];
}

/** Field selection merging (October 2021, section 5.3.2), compared pairwise as graphql-js and gqlparser do. */
export function overlappingFieldsCanBeMerged(): Rule {
  const checker = new OverlapChecker();
  const check = (context: WalkContext, selections: readonly Selection[]) => {
    for (const conflict of checker.within(context, selections)) {
      context.report(
        `Fields "${conflict.name}" conflict because ${reasonText(conflict)}. ` +
          'Use different aliases on the fields to fetch both if this was intentional.',
        conflict.position,
      );
    }
  };
  return {
    operation: (context, { SelectionSet }) => check(context, SelectionSet),
    field: (context, { SelectionSet }) => {
      // Fragments' own turn has no operation: their fields were met where they are spread.
      if (context.operation) check(context, SelectionSet);
    },
    inlineFragment: (context, { SelectionSet }) => check(context, SelectionSet),
    fragment: (context, { SelectionSet }) => check(context, SelectionSet),
  };
}

function reasonText({ reason }: Conflict): string {
  if (typeof reason === 'string') return reason;
  return reason
    .map((conflict) => `subfields "${conflict.name}" conflict because ${reasonText(conflict)}`)
    .join(' and ');
}

class OverlapChecker {
  /** Pairs of fragments that were compared, and whether as mutually exclusive. */
  readonly #pairs = new Map<string, boolean>();
  #compared = new Set<string>();

  within(context: WalkContext, selections: readonly Selection[]): Conflict[] {
    if (selections.length === 0) return [];
    const { fields, spreads } = collect(selections);
    const conflicts: Conflict[] = [];
    for (const list of fields.values()) {
      for (const [index, a] of list.entries()) {
        for (const b of list.slice(index + 1)) this.#add(conflicts, this.#pair(context, false, a, b));
      }
    }
    this.#compared = new Set();
    for (const [index, a] of spreads.entries()) {
      this.#fieldsAndFragment(context, conflicts, false, fields, a);
      for (const b of spreads.slice(index + 1)) this.#fragments(context, conflicts, false, a, b);
    }
    return conflicts;
  }

  #add(conflicts: Conflict[], conflict: Conflict | undefined): void {
    if (conflict) conflicts.push(conflict);
  }

  #between(
    context: WalkContext,
    conflicts: Conflict[],
    exclusive: boolean,
    left: Map<string, Field[]>,
    right: Map<string, Field[]>,
  ): void {
    for (const [name, fields] of left) {
      for (const a of fields) {
        for (const b of right.get(name) ?? []) this.#add(conflicts, this.#pair(context, exclusive, a, b));
      }
    }
  }

  #fieldsAndFragment(
    context: WalkContext,
    conflicts: Conflict[],
    exclusive: boolean,
    fields: Map<string, Field[]>,
    spread: FragmentSpread,
  ): void {
    if (this.#compared.has(spread.Name)) return;
    this.#compared.add(spread.Name);
    const other = collectFragment(context, spread);
    if (!other || sameFields(fields, other.fields)) return;
    this.#between(context, conflicts, exclusive, fields, other.fields);
    for (const inner of other.spreads) {
      if (inner.Name !== spread.Name) this.#fieldsAndFragment(context, conflicts, exclusive, fields, inner);
    }
  }

  #fragments(
    context: WalkContext,
    conflicts: Conflict[],
    exclusive: boolean,
    a: FragmentSpread,
    b: FragmentSpread,
  ): void {
    if (a.Name === b.Name) return;
    const key = [a.Name, b.Name].sort().join(' ');
    const known = this.#pairs.get(key);
    // What was compared as not exclusive covers both.
    if (known !== undefined && (exclusive || !known)) return;
    this.#pairs.set(key, exclusive);
    const left = collectFragment(context, a);
    const right = collectFragment(context, b);
    if (!left || !right) return;
    this.#between(context, conflicts, exclusive, left.fields, right.fields);
    for (const spread of right.spreads) this.#fragments(context, conflicts, exclusive, a, spread);
    for (const spread of left.spreads) this.#fragments(context, conflicts, exclusive, spread, b);
  }

  #pair(context: WalkContext, exclusive: boolean, a: Field, b: Field): Conflict | undefined {
    context.spend(1);
    const [factsA, factsB] = [context.fields.get(a), context.fields.get(b)];
    if (!factsA?.parent || !factsB?.parent) return undefined;
    const name = a.Alias === '' ? a.Name : a.Alias;
    const conflict = (reason: Conflict['reason']): Conflict => ({ name, reason, position: b.position });
    const apart =
      exclusive ||
      (factsA.parent.Name !== factsB.parent.Name &&
        factsA.parent.Kind === 'OBJECT' &&
        factsB.parent.Kind === 'OBJECT' &&
        factsA.definition !== undefined &&
        factsB.definition !== undefined);
    if (!apart && a.Name !== b.Name) return conflict(`"${a.Name}" and "${b.Name}" are different fields`);
    if (!apart && !sameArguments(a.Arguments, b.Arguments)) return conflict('they have differing arguments');
    if (factsA.definition && factsB.definition) {
      const [typeA, typeB] = [factsA.definition.Type, factsB.definition.Type];
      if (typesConflict(context, typeA, typeB)) {
        return conflict(`they return conflicting types "${typeText(typeA)}" and "${typeText(typeB)}"`);
      }
    }
    const inner = this.#subfields(context, apart, a.SelectionSet, b.SelectionSet);
    return inner.length > 0 ? conflict(inner) : undefined;
  }

  #subfields(
    context: WalkContext,
    exclusive: boolean,
    a: readonly Selection[],
    b: readonly Selection[],
  ): Conflict[] {
    const [left, right] = [collect(a), collect(b)];
    const conflicts: Conflict[] = [];
    this.#between(context, conflicts, exclusive, left.fields, right.fields);
    for (const spread of right.spreads) {
      this.#compared = new Set();
      this.#fieldsAndFragment(context, conflicts, exclusive, left.fields, spread);
    }
    for (const spread of left.spreads) {
      this.#compared = new Set();
      this.#fieldsAndFragment(context, conflicts, exclusive, right.fields, spread);
    }
    for (const spread of left.spreads) {
      for (const other of right.spreads) this.#fragments(context, conflicts, exclusive, spread, other);
    }
    return conflicts;
  }
}

/** The fields of a selection set by their response names, those of inline fragments too, and the fragments it spreads. */
function collect(selections: readonly Selection[]): Collected {
  const collected: Collected = { fields: new Map(), spreads: [] };
  const walk = (list: readonly Selection[]) => {
    for (const selection of list) {
      if (selection.type === 'spread') collected.spreads.push(selection);
      else if (selection.type === 'inline') walk(selection.SelectionSet);
      else {
        const name = selection.Alias === '' ? selection.Name : selection.Alias;
        const known = collected.fields.get(name);
        if (known) known.push(selection);
        else collected.fields.set(name, [selection]);
      }
    }
  };
  walk(selections);
  return collected;
}

function collectFragment(context: WalkContext, spread: FragmentSpread): Collected | undefined {
  const fragment = context.document.Fragments.find(({ Name }) => Name === spread.Name);
  return fragment && collect(fragment.SelectionSet);
}

function sameFields(a: Map<string, Field[]>, b: Map<string, Field[]>): boolean {
  if (a.size !== b.size) return false;
  return [...a].every(([name, fields]) => {
    const others = b.get(name);
    return others?.length === fields.length && fields.every((field, index) => field === others[index]);
  });
}

function sameArguments(a: readonly Argument[], b: readonly Argument[]): boolean {
  if (a.length !== b.length) return false;
  return a.every(({ Name, Value }) =>
    b.some(
      (other) => other.Name === Name && other.Value.Kind === Value.Kind && other.Value.Raw === Value.Raw,
    ),
  );
}

function typesConflict(context: WalkContext, a: TypeReference, b: TypeReference): boolean {
  if (a.Elem || b.Elem) return !a.Elem || !b.Elem || typesConflict(context, a.Elem, b.Elem);
  if (a.NonNull !== b.NonNull) return true;
  const leaf = (type: TypeReference) => {
    const kind = context.schema.types.get(type.NamedType)?.Kind;
    return kind === 'SCALAR' || kind === 'ENUM';
  };
  return leaf(a) && leaf(b) && a.NamedType !== b.NamedType;
}
