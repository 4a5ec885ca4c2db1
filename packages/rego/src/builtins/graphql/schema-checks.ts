import { GraphqlError, type Position } from './lexer.ts';
import type { Schema } from './schema.ts';
import {
  type ArgumentDefinition,
  type Definition,
  type DefinitionKind,
  type Directive,
  type DirectiveDefinition,
  type FieldDefinition,
  type TypeReference,
  typeName,
  typeText,
  valueKinds,
} from './tree.ts';

const outputKinds: readonly DefinitionKind[] = ['SCALAR', 'OBJECT', 'INTERFACE', 'UNION', 'ENUM'];
const inputKinds: readonly DefinitionKind[] = ['SCALAR', 'ENUM', 'INPUT_OBJECT'];

export function isInputKind(definition: Definition): boolean {
  return inputKinds.includes(definition.Kind);
}

/** Type validation (October 2021, sections 3.6 to 3.10) of one type, in the order of gqlparser. */
export function checkDefinition(schema: Schema, definition: Definition): void {
  for (const field of definition.Fields) {
    checkName(field.Name, field.position);
    checkTypeReference(schema, field.Type);
    checkArguments(schema, field.Arguments);
    const location = definition.Kind === 'INPUT_OBJECT' ? 'INPUT_FIELD_DEFINITION' : 'FIELD_DEFINITION';
    checkDirectives(schema, field.Directives, location);
  }
  checkMembers(schema, definition);
  for (const name of definition.Interfaces) checkImplements(schema, definition, name);
  checkContent(schema, definition);
  checkUnique(definition);
  if (!definition.BuiltIn) checkName(definition.Name, definition.position);
  checkDirectives(schema, definition.Directives, definition.Kind, { merged: true });
}

export function checkDirectiveDefinition(schema: Schema, directive: DirectiveDefinition): void {
  checkName(directive.Name, directive.position);
  checkArguments(schema, directive.Arguments, directive);
}

/** `merged`: from several places, where a directive may stand once each. */
export function checkDirectives(
  schema: Schema,
  directives: readonly Directive[],
  location: string,
  options: { merged?: boolean; within?: DirectiveDefinition | undefined } = {},
): void {
  const seen = new Set<string>();
  for (const directive of directives) {
    const { Name, position } = directive;
    const refuse = (message: string, place = position) => new GraphqlError(message, place);
    checkName(Name, position);
    if (options.within?.Name === Name) throw refuse(`Directive ${Name} cannot refer to itself.`);
    const definition = schema.directives.get(Name);
    if (!definition) throw refuse(`Undefined directive ${Name}.`);
    if (!options.merged && seen.has(Name) && !definition.IsRepeatable) {
      throw refuse(`The directive ${Name} can only be used once at this location.`);
    }
    seen.add(Name);
    if (!definition.Locations.includes(location)) {
      throw refuse(`Directive ${Name} is not applicable on ${location}.`);
    }
    for (const argument of directive.Arguments) {
      if (!definition.Arguments.some((known) => known.Name === argument.Name)) {
        throw refuse(`Undefined argument ${argument.Name} for directive ${Name}.`, argument.position);
      }
    }
    for (const wanted of definition.Arguments) {
      if (!wanted.Type.NonNull || wanted.DefaultValue) continue;
      const argument = directive.Arguments.find((given) => given.Name === wanted.Name);
      if (!argument || argument.Value.Kind === valueKinds.null) {
        throw refuse(`Argument ${wanted.Name} for directive ${Name} cannot be null.`);
      }
    }
  }
}

/** Input objects that hold themselves through fields that are never null have no values. */
export function checkInputCycles(schema: Schema): void {
  const done = new Set<string>();
  for (const start of [...schema.types.keys()].sort()) {
    const path: { type: Definition; field: FieldDefinition | undefined; next: number }[] = [];
    const enter = (name: string) => {
      const type = schema.types.get(name);
      if (type?.Kind !== 'INPUT_OBJECT' || done.has(name)) return;
      done.add(name);
      path.push({ type, field: undefined, next: 0 });
    };
    enter(start);
    for (let step = path.at(-1); step; step = path.at(-1)) {
      const field = step.type.Fields[step.next];
      if (!field) {
        path.pop();
        continue;
      }
      step.next += 1;
      step.field = field;
      const { NonNull, NamedType } = field.Type;
      if (!NonNull || NamedType === '') continue;
      const from = path.findIndex(({ type }) => type.Name === NamedType);
      if (from >= 0) {
        const cycle = path.slice(from).map((part) => part.field as FieldDefinition);
        throw new GraphqlError(
          `Cannot reference Input Object "${NamedType}" within itself through a series of non-null fields: ` +
            `"${cycle.map(({ Name }) => Name).join('.')}".`,
          cycle[0]?.position,
        );
      }
      enter(NamedType);
    }
  }
}

function checkName(name: string, position: Position | undefined): void {
  if (!name.startsWith('__')) return;
  throw new GraphqlError(
    `Name "${name}" must not begin with "__", which is reserved by GraphQL introspection.`,
    position,
  );
}

function checkTypeReference(schema: Schema, type: TypeReference): Definition {
  const definition = schema.types.get(typeName(type));
  if (!definition) throw new GraphqlError(`Undefined type ${typeName(type)}.`, type.position);
  return definition;
}

function checkArguments(
  schema: Schema,
  list: readonly ArgumentDefinition[],
  within?: DirectiveDefinition | undefined,
): void {
  for (const argument of list) {
    checkName(argument.Name, argument.position);
    const type = checkTypeReference(schema, argument.Type);
    if (!isInputKind(type)) {
      throw new GraphqlError(
        `cannot use ${typeText(argument.Type)} as argument ${argument.Name} because ${type.Kind} is not a valid input type`,
        argument.position,
      );
    }
    checkDirectives(schema, argument.Directives, 'ARGUMENT_DEFINITION', { within });
  }
}

function checkMembers(schema: Schema, definition: Definition): void {
  for (const name of definition.Types) {
    const member = schema.types.get(name);
    if (!member) throw new GraphqlError(`Undefined type "${name}".`, definition.position);
    if (member.Kind !== 'OBJECT') {
      throw new GraphqlError(`${definition.Kind} type "${name}" must be OBJECT.`, definition.position);
    }
  }
}

function checkContent(schema: Schema, definition: Definition): void {
  const { Kind, Name, Fields, EnumValues, position } = definition;
  if (Kind === 'OBJECT' || Kind === 'INTERFACE' || Kind === 'INPUT_OBJECT') {
    const input = Kind === 'INPUT_OBJECT';
    if (Fields.length === 0) {
      throw new GraphqlError(
        `${Kind} ${Name}: must define one or more ${input ? 'input ' : ''}fields.`,
        position,
      );
    }
    const kinds = input ? inputKinds : outputKinds;
    for (const field of Fields) {
      const type = schema.types.get(typeName(field.Type));
      if (!type || kinds.includes(type.Kind)) continue;
      const subject = input ? `${type.Kind} ${field.Name}` : `${Kind} ${Name}`;
      throw new GraphqlError(`${subject}: field must be one of ${kinds.join(', ')}.`, field.position);
    }
  }
  if (Kind !== 'ENUM') return;
  if (EnumValues.length === 0) {
    throw new GraphqlError(`${Kind} ${Name}: must define one or more unique enum values.`, position);
  }
  for (const value of EnumValues) {
    if (['true', 'false', 'null'].includes(value.Name)) {
      throw new GraphqlError(`${Kind} ${Name}: non-enum value ${value.Name}.`, position);
    }
    checkDirectives(schema, value.Directives, 'ENUM_VALUE');
  }
}

function checkUnique(definition: Definition): void {
  const twice = <T extends { Name: string }>(list: readonly T[]): T | undefined => {
    const seen = new Set<string>();
    return list.find(({ Name }) => seen.size === seen.add(Name).size);
  };
  const field = twice(definition.Fields);
  if (field) {
    throw new GraphqlError(
      `Field ${definition.Name}.${field.Name} can only be defined once.`,
      field.position,
    );
  }
  const value = twice(definition.EnumValues);
  if (value) {
    throw new GraphqlError(
      `Enum value ${definition.Name}.${value.Name} can only be defined once.`,
      value.position,
    );
  }
  const member = twice(definition.Types.map((Name) => ({ Name })));
  if (member) {
    throw new GraphqlError(
      `Union type ${definition.Name} can only include type ${member.Name} once.`,
      definition.position,
    );
  }
}

/** Section 3.6.1: fields, arguments and types of what is implemented, and the interfaces above it. */
function checkImplements(schema: Schema, definition: Definition, name: string): void {
  const contract = schema.types.get(name);
  const refuse = (message: string, position = definition.position) => new GraphqlError(message, position);
  if (!contract) throw refuse(`Undefined type "${name}".`);
  if (contract.Kind !== 'INTERFACE') throw refuse(`"${name}" is a non interface type ${contract.Kind}.`);
  const subject = `For ${definition.Name} to implement ${name}`;
  for (const wanted of contract.Fields) {
    const field = definition.Fields.find((given) => given.Name === wanted.Name);
    if (!field) throw refuse(`${subject} it must have a field called ${wanted.Name}.`);
    if (!isCovariant(schema, wanted.Type, field.Type)) {
      throw refuse(
        `${subject} the field ${wanted.Name} must have type ${typeText(wanted.Type)}.`,
        field.position,
      );
    }
    for (const argument of wanted.Arguments) {
      const given = field.Arguments.find((other) => other.Name === argument.Name);
      const same = `${subject} the field ${wanted.Name} must have the same arguments but`;
      if (!given) throw refuse(`${same} it is missing ${argument.Name}.`, field.position);
      if (!isCompatible(argument.Type, given.Type)) {
        throw refuse(`${same} ${argument.Name} has the wrong type.`, given.position);
      }
    }
    for (const extra of field.Arguments) {
      const known = wanted.Arguments.some((argument) => argument.Name === extra.Name);
      if (known || !extra.Type.NonNull || extra.DefaultValue) continue;
      throw refuse(
        `${subject} any additional arguments on ${field.Name} must be optional or have a default value but ${extra.Name} is required.`,
        extra.position,
      );
    }
  }
  for (const above of contract.Interfaces) {
    if (definition.Interfaces.includes(above)) continue;
    throw refuse(
      above === definition.Name
        ? `Type ${definition.Name} cannot implement ${name} because it would create a circular reference.`
        : `Type ${definition.Name} must implement ${above} because it is implemented by ${name}.`,
    );
  }
}

function isCovariant(schema: Schema, wanted: TypeReference, actual: TypeReference): boolean {
  if (wanted.NonNull && !actual.NonNull) return false;
  if (wanted.NamedType !== '') {
    if (wanted.NamedType === actual.NamedType) return true;
    const possible = schema.possibleTypes.get(wanted.NamedType) ?? [];
    return possible.some((type) => type?.Name === actual.NamedType);
  }
  return (
    wanted.Elem !== undefined && actual.Elem !== undefined && isCovariant(schema, wanted.Elem, actual.Elem)
  );
}

/** Whether a value of the first type can stand where the second is expected. */
export function isCompatible(type: TypeReference, expected: TypeReference): boolean {
  if (type.NamedType !== expected.NamedType) return false;
  if (type.Elem && (!expected.Elem || !isCompatible(type.Elem, expected.Elem))) return false;
  return !expected.NonNull || type.NonNull;
}
