import type { Position } from './lexer.ts';

/**
 * GraphQL documents in the shape that gqlparser gives them in JSON, which policies see: hence the capital names. `position` is not part
 * of that shape; trees that came as values have none.
 */
export interface Positioned {
  position?: Position | undefined;
}

export interface TypeReference extends Positioned {
  /** Empty for a list. */
  NamedType: string;
  Elem?: TypeReference | undefined;
  NonNull: boolean;
}

/** The kinds of values, as gqlparser numbers them. */
export const valueKinds = {
  variable: 0,
  int: 1,
  float: 2,
  string: 3,
  block: 4,
  boolean: 5,
  null: 6,
  enum: 7,
  list: 8,
  object: 9,
} as const;

export interface ValueNode extends Positioned {
  Raw: string;
  Children: ChildValue[];
  Kind: number;
  ExpectedTypeHasDefault: boolean;
}

export interface ChildValue extends Positioned {
  Name: string;
  Value: ValueNode;
}

export interface Argument extends Positioned {
  Name: string;
  Value: ValueNode;
}

export interface Directive extends Positioned {
  Name: string;
  Arguments: Argument[];
  Location: string;
}

export interface Field extends Positioned {
  type: 'field';
  Alias: string;
  Name: string;
  Arguments: Argument[];
  Directives: Directive[];
  SelectionSet: Selection[];
}

export interface FragmentSpread extends Positioned {
  type: 'spread';
  Name: string;
  Directives: Directive[];
}

export interface InlineFragment extends Positioned {
  type: 'inline';
  TypeCondition: string;
  Directives: Directive[];
  SelectionSet: Selection[];
}

export type Selection = Field | FragmentSpread | InlineFragment;

export interface VariableDefinition extends Positioned {
  Variable: string;
  Type: TypeReference;
  DefaultValue?: ValueNode | undefined;
  Directives: Directive[];
  Used: boolean;
}

export interface OperationDefinition extends Positioned {
  Operation: string;
  Name: string;
  VariableDefinitions: VariableDefinition[];
  Directives: Directive[];
  SelectionSet: Selection[];
}

export interface FragmentDefinition extends Positioned {
  Name: string;
  VariableDefinition: VariableDefinition[];
  TypeCondition: string;
  Directives: Directive[];
  SelectionSet: Selection[];
}

export interface QueryDocument {
  Operations: OperationDefinition[];
  Fragments: FragmentDefinition[];
}

export type DefinitionKind = 'SCALAR' | 'OBJECT' | 'INTERFACE' | 'UNION' | 'ENUM' | 'INPUT_OBJECT';

export interface ArgumentDefinition extends Positioned {
  Description: string;
  Name: string;
  DefaultValue?: ValueNode | undefined;
  Type: TypeReference;
  Directives: Directive[];
}

export interface FieldDefinition extends ArgumentDefinition {
  Arguments: ArgumentDefinition[];
}

export interface EnumValueDefinition extends Positioned {
  Description: string;
  Name: string;
  Directives: Directive[];
}

export interface Definition extends Positioned {
  Kind: DefinitionKind;
  Description: string;
  Name: string;
  Directives: Directive[];
  Interfaces: string[];
  Fields: FieldDefinition[];
  Types: string[];
  EnumValues: EnumValueDefinition[];
  BuiltIn: boolean;
}

export interface DirectiveDefinition extends Positioned {
  Description: string;
  Name: string;
  Arguments: ArgumentDefinition[];
  Locations: string[];
  IsRepeatable: boolean;
}

export interface SchemaDefinition extends Positioned {
  Description: string;
  Directives: Directive[];
  OperationTypes: OperationTypeDefinition[];
}

export interface OperationTypeDefinition extends Positioned {
  Operation: string;
  Type: string;
}

export interface SchemaDocument {
  Schema: SchemaDefinition[];
  SchemaExtension: SchemaDefinition[];
  Directives: DirectiveDefinition[];
  Definitions: Definition[];
  Extensions: Definition[];
}

/** The name at the bottom of a type. */
export function typeName(type: TypeReference): string {
  let inner = type;
  while (inner.NamedType === '' && inner.Elem) inner = inner.Elem;
  return inner.NamedType;
}

/** `[Int!]!` */
export function typeText(type: TypeReference): string {
  const inner = type.NamedType !== '' || !type.Elem ? type.NamedType : `[${typeText(type.Elem)}]`;
  return type.NonNull ? `${inner}!` : inner;
}

/** A value as messages show it. */
export function valueText(value: ValueNode): string {
  switch (value.Kind) {
    case valueKinds.variable:
      return `$${value.Raw}`;
    case valueKinds.string:
    case valueKinds.block:
      return JSON.stringify(value.Raw);
    case valueKinds.list:
      return `[${value.Children.map((child) => valueText(child.Value)).join(',')}]`;
    case valueKinds.object:
      return `{${value.Children.map((child) => `${child.Name}:${valueText(child.Value)}`).join(',')}}`;
    default:
      return value.Raw;
  }
}
