import { GraphqlError } from './lexer.ts';
import { preludeDocument } from './prelude.ts';
import {
  checkDefinition,
  checkDirectiveDefinition,
  checkDirectives,
  checkInputCycles,
} from './schema-checks.ts';
import type { Definition, DirectiveDefinition, SchemaDefinition, SchemaDocument } from './tree.ts';

/** A schema as queries are checked against it. */
export interface Schema {
  query: Definition | undefined;
  mutation: Definition | undefined;
  subscription: Definition | undefined;
  types: Map<string, Definition>;
  directives: Map<string, DirectiveDefinition>;
  /** The object types that an object, interface or union may be. */
  possibleTypes: Map<string, (Definition | undefined)[]>;
}

const redefinable = ['include', 'skip', 'deprecated', 'specifiedBy', 'defer', 'oneOf'];

/** Builds a schema from a document and what every schema has. Throws {@link GraphqlError} for what contradicts itself. */
export function buildSchema(document: SchemaDocument): Schema {
  const prelude = preludeDocument();
  const schema: Schema = {
    query: undefined,
    mutation: undefined,
    subscription: undefined,
    types: new Map(),
    directives: new Map(),
    possibleTypes: new Map(),
  };
  // Copies: extensions are added to them, and the caller's document stays as it is.
  const given = document.Definitions.map((definition) => ({ ...definition }));
  for (const definition of [...prelude.Definitions, ...given]) {
    if (schema.types.has(definition.Name)) {
      throw new GraphqlError(`Cannot redeclare type ${definition.Name}.`, definition.position);
    }
    schema.types.set(definition.Name, definition);
  }
  for (const extension of document.Extensions) extend(schema, extension);
  for (const definition of schema.types.values()) addPossibleTypes(schema, definition);
  for (const directive of [...prelude.Directives, ...document.Directives]) {
    if (schema.directives.has(directive.Name) && !redefinable.includes(directive.Name)) {
      throw new GraphqlError(`Cannot redeclare directive ${directive.Name}.`, directive.position);
    }
    schema.directives.set(directive.Name, directive);
  }
  if (document.Schema.length > 1) {
    throw new GraphqlError(
      'Cannot have multiple schema entry points, consider schema extensions instead.',
      document.Schema[1]?.position,
    );
  }
  for (const entry of [...document.Schema, ...document.SchemaExtension]) addEntryPoints(schema, entry);
  for (const name of [...schema.types.keys()].sort()) {
    checkDefinition(schema, schema.types.get(name) as Definition);
  }
  checkInputCycles(schema);
  for (const name of [...schema.directives.keys()].sort()) {
    checkDirectiveDefinition(schema, schema.directives.get(name) as DirectiveDefinition);
  }
  if (document.Schema.length === 0) {
    schema.query ??= schema.types.get('Query');
    schema.mutation ??= schema.types.get('Mutation');
    schema.subscription ??= schema.types.get('Subscription');
  }
  addIntrospection(schema);
  return schema;
}

function extend(schema: Schema, extension: Definition): void {
  let base = schema.types.get(extension.Name);
  if (!base) {
    base = {
      ...extension,
      Description: '',
      Directives: [],
      Interfaces: [],
      Fields: [],
      Types: [],
      EnumValues: [],
      BuiltIn: false,
    };
    schema.types.set(extension.Name, base);
  }
  if (base.Kind !== extension.Kind) {
    throw new GraphqlError(
      `Cannot extend type ${extension.Name} because the base type is a ${base.Kind}, not ${extension.Kind}.`,
      extension.position,
    );
  }
  base.Directives = [...base.Directives, ...extension.Directives];
  base.Interfaces = [...base.Interfaces, ...extension.Interfaces];
  base.Fields = [...base.Fields, ...extension.Fields];
  base.Types = [...base.Types, ...extension.Types];
  base.EnumValues = [...base.EnumValues, ...extension.EnumValues];
}

function addPossibleTypes(schema: Schema, definition: Definition): void {
  const add = (name: string, possible: Definition | undefined) => {
    const known = schema.possibleTypes.get(name);
    if (known) known.push(possible);
    else schema.possibleTypes.set(name, [possible]);
  };
  if (definition.Kind === 'UNION') {
    for (const member of definition.Types) add(definition.Name, schema.types.get(member));
    return;
  }
  const { Kind } = definition;
  if (Kind !== 'OBJECT' && Kind !== 'INPUT_OBJECT' && Kind !== 'INTERFACE') return;
  for (const name of definition.Interfaces) add(name, definition);
  if (Kind !== 'INTERFACE') add(definition.Name, definition);
}

function addEntryPoints(schema: Schema, entry: SchemaDefinition): void {
  for (const { Operation, Type, position } of entry.OperationTypes) {
    const definition = schema.types.get(Type);
    if (!definition) {
      throw new GraphqlError(
        `Schema root ${Operation} refers to a type ${Type} that does not exist.`,
        position,
      );
    }
    if (Operation === 'query') schema.query = definition;
    else if (Operation === 'mutation') schema.mutation = definition;
    else if (Operation === 'subscription') schema.subscription = definition;
  }
  checkDirectives(schema, entry.Directives, 'SCHEMA');
}

function addIntrospection(schema: Schema): void {
  if (!schema.query) return;
  const field = (Name: string, NamedType: string, NonNull: boolean) => ({
    Description: '',
    Name,
    Arguments: [],
    Type: { NamedType, NonNull },
    Directives: [],
  });
  const name = field('name', 'String', true);
  schema.query.Fields = [
    ...schema.query.Fields,
    field('__schema', '__Schema', true),
    { ...field('__type', '__Type', false), Arguments: [name] },
  ];
}
