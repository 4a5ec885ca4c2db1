import type { Position } from './lexer.ts';
import type { Schema } from './schema.ts';
import { closest, orList, suggestion } from './suggestions.ts';
import {
  type Argument,
  type ArgumentDefinition,
  type Definition,
  type Selection,
  typeName,
  typeText,
} from './tree.ts';
import type { Rule, WalkContext } from './walker.ts';

/** Rules about fields, their arguments and directives (October 2021, sections 5.3, 5.4 and 5.7), in the words of gqlparser. */

export const fieldsOnCorrectType: Rule = {
  field: (context, field, { parent, definition }) => {
    if (!parent || definition) return;
    let message = `Cannot query field "${field.Name}" on type "${parent.Name}".`;
    const types = typesWithField(context.schema, parent, field.Name);
    if (types) {
      message += ` Did you mean to use an inline fragment on ${orList(types.map((name) => `"${name}"`))}?`;
    } else if (parent.Kind === 'OBJECT' || parent.Kind === 'INTERFACE') {
      const names = parent.Fields.map(({ Name }) => Name);
      const close = closest(field.Name, names);
      if (close.length > 0) message += suggestion('Did you mean', field.Name, names);
    }
    context.report(message, field.position);
  },
};

/** Of an interface or union: the types that have the field, those first that most share. */
function typesWithField(schema: Schema, parent: Definition, name: string): string[] | undefined {
  if (parent.Kind !== 'INTERFACE' && parent.Kind !== 'UNION') return undefined;
  const has = (definition: Definition | undefined) =>
    definition?.Fields.some(({ Name }) => Name === name) ?? false;
  const objects: string[] = [];
  const uses = new Map<string, number>();
  for (const possible of schema.possibleTypes.get(parent.Name) ?? []) {
    if (!possible || !has(possible)) continue;
    objects.push(possible.Name);
    for (const shared of possible.Interfaces) {
      if (has(schema.types.get(shared))) uses.set(shared, (uses.get(shared) ?? 0) + 1);
    }
  }
  const names = [...uses.keys(), ...objects];
  names.sort((a, b) => (uses.get(b) ?? 0) - (uses.get(a) ?? 0) || (a < b ? -1 : a > b ? 1 : 0));
  return names.length > 0 ? names : undefined;
}

export const knownArgumentNames: Rule = {
  field: (context, field, { parent, definition }) => {
    if (!definition || !parent) return;
    const what = `on field "${parent.Name}.${field.Name}".`;
    checkKnown(context, field.Arguments, definition.Arguments, what, field.position);
  },
  directive: (context, directive, { definition }) => {
    if (!definition) return;
    const what = `on directive "@${directive.Name}".`;
    checkKnown(context, directive.Arguments, definition.Arguments, what, directive.position);
  },
};

function checkKnown(
  context: WalkContext,
  given: readonly Argument[],
  known: readonly ArgumentDefinition[],
  what: string,
  position: Position | undefined,
): void {
  const names = known.map(({ Name }) => Name);
  for (const { Name } of given) {
    if (names.includes(Name)) continue;
    context.report(`Unknown argument "${Name}" ${what}${suggestion('Did you mean', Name, names)}`, position);
  }
}

export const knownDirectives: Rule = {
  directive: (context, directive, { definition, location }) => {
    if (!definition) context.report(`Unknown directive "@${directive.Name}".`, directive.position);
    else if (!definition.Locations.includes(location)) {
      context.report(`Directive "@${directive.Name}" may not be used on ${location}.`, directive.position);
    }
  },
};

export const providedRequiredArguments: Rule = {
  field: (context, field, { definition }) => {
    const subject = `Field "${field.Name}"`;
    checkRequired(context, field.Arguments, definition?.Arguments ?? [], subject, field.position);
  },
  directive: (context, directive, { definition }) => {
    const subject = `Directive "@${directive.Name}"`;
    checkRequired(context, directive.Arguments, definition?.Arguments ?? [], subject, directive.position);
  },
};

function checkRequired(
  context: WalkContext,
  given: readonly Argument[],
  known: readonly ArgumentDefinition[],
  subject: string,
  position: Position | undefined,
): void {
  for (const { Name, Type, DefaultValue } of known) {
    if (!Type.NonNull || DefaultValue || given.some((argument) => argument.Name === Name)) continue;
    context.report(
      `${subject} argument "${Name}" of type "${typeText(Type)}" is required, but it was not provided.`,
      position,
    );
  }
}

export const scalarLeafs: Rule = {
  field: (context, field, { definition }) => {
    const type = definition && context.schema.types.get(typeName(definition.Type));
    if (!type) return;
    const leaf = type.Kind === 'ENUM' || type.Kind === 'SCALAR';
    if (leaf && field.SelectionSet.length > 0) {
      context.report(
        `Field "${field.Name}" must not have a selection since type "${type.Name}" has no subfields.`,
        field.position,
      );
    }
    if (!leaf && field.SelectionSet.length === 0) {
      context.report(
        `Field "${field.Name}" of type "${typeText(definition.Type)}" must have a selection of subfields.` +
          ` Did you mean "${field.Name} { ... }"?`,
        field.position,
      );
    }
  },
};

export const uniqueArgumentNames: Rule = {
  field: (context, field) => checkUnique(context, field.Arguments),
  directive: (context, directive) => checkUnique(context, directive.Arguments),
};

function checkUnique(context: WalkContext, given: readonly Argument[]): void {
  const counts = new Map<string, number>();
  for (const { Name, position } of given) {
    const count = counts.get(Name) ?? 0;
    if (count === 1) context.report(`There can be only one argument named "${Name}".`, position);
    counts.set(Name, count + 1);
  }
}

export const uniqueDirectivesPerLocation: Rule = {
  directives: (context, directives) => {
    const seen = new Set<string>();
    for (const directive of directives) {
      const repeatable = context.directives.get(directive)?.definition?.IsRepeatable ?? false;
      if (!repeatable && seen.has(directive.Name)) {
        context.report(
          `The directive "@${directive.Name}" can only be used once at this location.`,
          directive.position,
        );
      }
      seen.add(directive.Name);
    }
  },
};

const introspectionLists = ['fields', 'interfaces', 'possibleTypes', 'inputFields'];
const maxIntrospectionLists = 3;

/** Lists within lists of the introspection grow with every level. */
export const maxIntrospectionDepth: Rule = {
  field: (context, field) => {
    if (field.Name !== '__schema' && field.Name !== '__type') return;
    if (isTooDeep(context, [field], 0, new Set())) {
      context.report('Maximum introspection depth exceeded', field.position);
    }
  },
};

function isTooDeep(
  context: WalkContext,
  selections: readonly Selection[],
  depth: number,
  within: Set<string>,
): boolean {
  return selections.some((selection) => {
    context.spend(1);
    if (selection.type === 'inline') return isTooDeep(context, selection.SelectionSet, depth, within);
    if (selection.type === 'field') {
      const deeper = depth + (introspectionLists.includes(selection.Name) ? 1 : 0);
      return deeper >= maxIntrospectionLists || isTooDeep(context, selection.SelectionSet, deeper, within);
    }
    const fragment = context.document.Fragments.find(({ Name }) => Name === selection.Name);
    if (!fragment || within.has(fragment.Name)) return false;
    within.add(fragment.Name);
    const found = isTooDeep(context, fragment.SelectionSet, depth, within);
    within.delete(fragment.Name);
    return found;
  });
}
