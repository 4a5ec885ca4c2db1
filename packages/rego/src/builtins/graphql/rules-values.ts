import { suggestion } from './suggestions.ts';
import {
  type Definition,
  type TypeReference,
  typeText,
  type ValueNode,
  valueKinds,
  valueText,
} from './tree.ts';
import type { Rule, WalkContext } from './walker.ts';

/** Rules about values (October 2021, section 5.6), in the words of gqlparser. */

const builtInScalars = ['Int', 'Float', 'String', 'Boolean', 'ID'];

export const uniqueInputFieldNames: Rule = {
  value: ({ report }, value) => {
    if (value.Kind !== valueKinds.object) return;
    const seen = new Set<string>();
    for (const { Name, position } of value.Children) {
      if (seen.has(Name)) report(`There can be only one input field named "${Name}".`, position);
      seen.add(Name);
    }
  },
};

export const valuesOfCorrectType: Rule = {
  value: (context, value, { definition, expected }) => {
    if (!definition || !expected) return;
    if (value.Kind === valueKinds.null && expected.NonNull) {
      context.report(
        `Expected value of type "${typeText(expected)}", found ${valueText(value)}.`,
        value.position,
      );
    }
    if (definition.Kind === 'SCALAR' && !builtInScalars.includes(definition.Name)) return;
    if (hasOutOfRangeInteger(value)) context.report(unexpected(value, expected, definition), value.position);
    checkKind(context, value, definition, expected);
  },
};

function checkKind(
  context: WalkContext,
  value: ValueNode,
  definition: Definition,
  expected: TypeReference,
): void {
  const oneOf = (...names: string[]) => names.includes(definition.Name);
  const refuse = () => context.report(unexpected(value, expected, definition), value.position);
  switch (value.Kind) {
    case valueKinds.list:
      if (!expected.Elem) refuse();
      break;
    case valueKinds.int:
      if (!oneOf('Int', 'Float', 'ID')) refuse();
      break;
    case valueKinds.float:
      if (!oneOf('Float')) refuse();
      break;
    case valueKinds.boolean:
      if (!oneOf('Boolean')) refuse();
      break;
    case valueKinds.string:
    case valueKinds.block:
      if (definition.Kind === 'ENUM') {
        const message = `Enum "${typeText(expected)}" cannot represent non-enum value: ${valueText(value)}.`;
        context.report(message + enumSuggestion(value, definition), value.position);
      } else if (!oneOf('String', 'ID')) {
        refuse();
      }
      break;
    case valueKinds.enum:
      if (definition.Kind !== 'ENUM') refuse();
      else if (!definition.EnumValues.some(({ Name }) => Name === value.Raw)) {
        const message = `Value "${valueText(value)}" does not exist in "${typeText(expected)}" enum.`;
        context.report(message + enumSuggestion(value, definition), value.position);
      }
      break;
    case valueKinds.object:
      checkObject(context, value, definition);
      break;
  }
}

function enumSuggestion(value: ValueNode, definition: Definition): string {
  const names = definition.EnumValues.map(({ Name }) => Name);
  return suggestion('Did you mean the enum value', value.Raw, names);
}

function checkObject(context: WalkContext, value: ValueNode, definition: Definition): void {
  const names = definition.Fields.map(({ Name }) => Name);
  for (const { Name, Type, DefaultValue } of definition.Fields) {
    if (!Type.NonNull || DefaultValue || value.Children.some((child) => child.Name === Name)) continue;
    context.report(
      `Field "${definition.Name}.${Name}" of required type "${typeText(Type)}" was not provided.`,
      value.position,
    );
  }
  if (definition.Directives.some(({ Name }) => Name === 'oneOf')) checkOneOf(context, value, definition);
  for (const { Name, position } of value.Children) {
    if (names.includes(Name)) continue;
    const message = `Field "${Name}" is not defined by type "${definition.Name}".`;
    context.report(message + suggestion('Did you mean', Name, names), position);
  }
}

function checkOneOf(context: WalkContext, value: ValueNode, definition: Definition): void {
  const [only, ...others] = value.Children;
  if (!only || others.length > 0) {
    context.report(`OneOf Input Object "${definition.Name}" must specify exactly one key.`, value.position);
  } else if (only.Value.Kind === valueKinds.null) {
    context.report(
      `Field "${definition.Name}.${definition.Fields[0]?.Name}" must be non-null.`,
      only.Value.position,
    );
  }
}

/** Integers beyond 64 bits, or in a tree from outside no integers at all; at any depth. */
function hasOutOfRangeInteger(value: ValueNode): boolean {
  if (value.Kind === valueKinds.int) {
    if (!/^-?\d+$/.test(value.Raw)) return true;
    const number = BigInt(value.Raw);
    return BigInt.asIntN(64, number) !== number;
  }
  return value.Children.some((child) => hasOutOfRangeInteger(child.Value));
}

function unexpected(value: ValueNode, expected: TypeReference, definition: Definition): string {
  const text = valueText(value);
  const type = typeText(expected);
  switch (type) {
    case 'Int':
    case 'Int!': {
      const number = /^-?\d+$/.test(value.Raw) ? BigInt(value.Raw) : 0n;
      const kind = BigInt.asIntN(32, number) === number ? 'non-integer' : 'non 32-bit signed integer';
      return `Int cannot represent ${kind} value: ${text}`;
    }
    case 'String':
    case 'String!':
    case '[String]':
      return `String cannot represent a non string value: ${text}`;
    case 'Boolean':
    case 'Boolean!':
      return `Boolean cannot represent a non boolean value: ${text}`;
    case 'Float':
    case 'Float!':
      return `Float cannot represent non numeric value: ${text}`;
    case 'ID':
    case 'ID!':
      return `ID cannot represent a non-string and non-integer value: ${text}`;
    default:
      return definition.Kind === 'ENUM'
        ? `Enum "${type}" cannot represent non-enum value: ${text}.`
        : `Expected value of type "${type}", found ${text}.`;
  }
}
