import { typeName } from '../../values/compare.ts';
import { RegoObject } from '../../values/rego-object.ts';
import type { Value } from '../../values/value.ts';
import { fault } from '../operands.ts';
import type {
  Argument,
  ArgumentDefinition,
  ChildValue,
  Definition,
  Directive,
  DirectiveDefinition,
  EnumValueDefinition,
  Field,
  FieldDefinition,
  FragmentDefinition,
  OperationDefinition,
  QueryDocument,
  SchemaDefinition,
  SchemaDocument,
  TypeReference,
  ValueNode,
  VariableDefinition,
} from './tree.ts';

const maxNesting = 500;

/** Reads the members of a tree that came as a value; what is absent is empty. Untrusted input. */
class Members {
  readonly #object: RegoObject;
  readonly #depth: number;

  constructor(value: Value, depth: number) {
    if (!(value instanceof RegoObject)) throw mismatch(value, 'object');
    if (depth > maxNesting) throw fault(`Nesting deeper than ${maxNesting} levels`);
    this.#object = value;
    this.#depth = depth;
  }

  text(name: string): string {
    return this.#member(name, '', 'string');
  }

  flag(name: string): boolean {
    return this.#member(name, false, 'boolean');
  }

  number(name: string): number {
    return this.#member(name, 0, 'number');
  }

  texts(name: string): string[] {
    return this.#items(name).map((item) => {
      if (typeof item !== 'string') throw mismatch(item, 'string');
      return item;
    });
  }

  list<T>(name: string, read: (members: Members) => T): T[] {
    return this.#items(name).map((item) => read(new Members(item, this.#depth + 1)));
  }

  node<T>(name: string, read: (members: Members) => T): T | undefined {
    const value = this.#object.get(name);
    return value === undefined || value === null ? undefined : read(new Members(value, this.#depth + 1));
  }

  #items(name: string): readonly Value[] {
    const value = this.#object.get(name) ?? [];
    if (!Array.isArray(value)) throw mismatch(value, 'array');
    return value;
  }

  #member<T extends string | boolean | number>(name: string, absent: T, type: string): T {
    const value = this.#object.get(name) ?? absent;
    if (typeof value !== type) throw mismatch(value, type);
    return value as T;
  }
}

function mismatch(value: Value, wanted: string): Error {
  return fault(`json: cannot unmarshal ${typeName(value)} into a GraphQL tree's ${wanted}`);
}

export function queryDocumentOf(value: Value): QueryDocument {
  const members = new Members(value, 0);
  return {
    Operations: members.list('Operations', operationOf),
    Fragments: members.list('Fragments', fragmentOf),
  };
}

export function schemaDocumentOf(value: Value): SchemaDocument {
  const members = new Members(value, 0);
  return {
    Schema: members.list('Schema', schemaDefinitionOf),
    SchemaExtension: members.list('SchemaExtension', schemaDefinitionOf),
    Directives: members.list('Directives', directiveDefinitionOf),
    Definitions: members.list('Definitions', definitionOf),
    Extensions: members.list('Extensions', definitionOf),
  };
}

function operationOf(members: Members): OperationDefinition {
  return {
    Operation: members.text('Operation'),
    Name: members.text('Name'),
    VariableDefinitions: members.list('VariableDefinitions', variableOf),
    Directives: members.list('Directives', directiveOf),
    SelectionSet: members.list('SelectionSet', selectionOf),
  };
}

function fragmentOf(members: Members): FragmentDefinition {
  return {
    Name: members.text('Name'),
    VariableDefinition: members.list('VariableDefinition', variableOf),
    TypeCondition: members.text('TypeCondition'),
    Directives: members.list('Directives', directiveOf),
    SelectionSet: members.list('SelectionSet', selectionOf),
  };
}

/** gqlparser takes every selection of such a tree for a field, whatever it was. */
function selectionOf(members: Members): Field {
  return {
    type: 'field',
    Alias: members.text('Alias'),
    Name: members.text('Name'),
    Arguments: members.list('Arguments', argumentOf),
    Directives: members.list('Directives', directiveOf),
    SelectionSet: members.list('SelectionSet', selectionOf),
  };
}

function variableOf(members: Members): VariableDefinition {
  return {
    Variable: members.text('Variable'),
    Type: members.node('Type', typeOf) ?? { NamedType: '', NonNull: false },
    DefaultValue: members.node('DefaultValue', valueNode),
    Directives: members.list('Directives', directiveOf),
    Used: members.flag('Used'),
  };
}

function typeOf(members: Members): TypeReference {
  return {
    NamedType: members.text('NamedType'),
    Elem: members.node('Elem', typeOf),
    NonNull: members.flag('NonNull'),
  };
}

function valueNode(members: Members): ValueNode {
  return {
    Raw: members.text('Raw'),
    Children: members.list('Children', childOf),
    Kind: members.number('Kind'),
    ExpectedTypeHasDefault: members.flag('ExpectedTypeHasDefault'),
  };
}

function childOf(members: Members): ChildValue {
  return { Name: members.text('Name'), Value: members.node('Value', valueNode) ?? nullValue() };
}

function argumentOf(members: Members): Argument {
  return { Name: members.text('Name'), Value: members.node('Value', valueNode) ?? nullValue() };
}

function nullValue(): ValueNode {
  return { Raw: 'null', Children: [], Kind: 6, ExpectedTypeHasDefault: false };
}

function directiveOf(members: Members): Directive {
  return {
    Name: members.text('Name'),
    Arguments: members.list('Arguments', argumentOf),
    Location: members.text('Location'),
  };
}

function schemaDefinitionOf(members: Members): SchemaDefinition {
  return {
    Description: members.text('Description'),
    Directives: members.list('Directives', directiveOf),
    OperationTypes: members.list('OperationTypes', (inner) => ({
      Operation: inner.text('Operation'),
      Type: inner.text('Type'),
    })),
  };
}

function definitionOf(members: Members): Definition {
  return {
    Kind: members.text('Kind') as Definition['Kind'],
    Description: members.text('Description'),
    Name: members.text('Name'),
    Directives: members.list('Directives', directiveOf),
    Interfaces: members.texts('Interfaces'),
    Fields: members.list('Fields', fieldDefinitionOf),
    Types: members.texts('Types'),
    EnumValues: members.list('EnumValues', enumValueOf),
    BuiltIn: members.flag('BuiltIn'),
  };
}

function argumentDefinitionOf(members: Members): ArgumentDefinition {
  return {
    Description: members.text('Description'),
    Name: members.text('Name'),
    DefaultValue: members.node('DefaultValue', valueNode),
    Type: members.node('Type', typeOf) ?? { NamedType: '', NonNull: false },
    Directives: members.list('Directives', directiveOf),
  };
}

function fieldDefinitionOf(members: Members): FieldDefinition {
  return { ...argumentDefinitionOf(members), Arguments: members.list('Arguments', argumentDefinitionOf) };
}

function enumValueOf(members: Members): EnumValueDefinition {
  return {
    Description: members.text('Description'),
    Name: members.text('Name'),
    Directives: members.list('Directives', directiveOf),
  };
}

function directiveDefinitionOf(members: Members): DirectiveDefinition {
  return {
    Description: members.text('Description'),
    Name: members.text('Name'),
    Arguments: members.list('Arguments', argumentDefinitionOf),
    Locations: members.texts('Locations'),
    IsRepeatable: members.flag('IsRepeatable'),
  };
}
