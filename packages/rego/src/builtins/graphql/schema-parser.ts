import type { Token } from './lexer.ts';
import { TokenStream } from './token-stream.ts';
import type {
  ArgumentDefinition,
  Definition,
  DefinitionKind,
  DirectiveDefinition,
  EnumValueDefinition,
  FieldDefinition,
  SchemaDefinition,
  SchemaDocument,
} from './tree.ts';

const kinds: Readonly<Record<string, DefinitionKind>> = {
  scalar: 'SCALAR',
  type: 'OBJECT',
  interface: 'INTERFACE',
  union: 'UNION',
  enum: 'ENUM',
  input: 'INPUT_OBJECT',
};

export const directiveLocations: readonly string[] = [
  'QUERY',
  'MUTATION',
  'SUBSCRIPTION',
  'FIELD',
  'FRAGMENT_DEFINITION',
  'FRAGMENT_SPREAD',
  'INLINE_FRAGMENT',
  'VARIABLE_DEFINITION',
  'SCHEMA',
  'SCALAR',
  'OBJECT',
  'FIELD_DEFINITION',
  'ARGUMENT_DEFINITION',
  'INTERFACE',
  'UNION',
  'ENUM',
  'ENUM_VALUE',
  'INPUT_OBJECT',
  'INPUT_FIELD_DEFINITION',
];

/** Reads a type system document (October 2021, section 3). Untrusted input; throws `GraphqlError`. */
export function parseSchemaDocument(text: string, builtIn = false): SchemaDocument {
  return new SchemaParser(text, builtIn).document();
}

class SchemaParser {
  readonly #tokens: TokenStream;
  readonly #builtIn: boolean;

  constructor(text: string, builtIn: boolean) {
    this.#tokens = new TokenStream(text);
    this.#builtIn = builtIn;
  }

  document(): SchemaDocument {
    const tokens = this.#tokens;
    const document: SchemaDocument = {
      Schema: [],
      SchemaExtension: [],
      Directives: [],
      Definitions: [],
      Extensions: [],
    };
    while (tokens.peek().kind !== '<EOF>') {
      const described = this.#descriptionToken();
      const description = described?.value ?? '';
      const token = tokens.peek();
      if (token.kind !== 'Name') throw tokens.unexpected();
      if (Object.hasOwn(kinds, token.value)) {
        document.Definitions.push(this.#definition(description, false));
      } else if (token.value === 'schema') {
        document.Schema.push(this.#schema(description));
      } else if (token.value === 'directive') {
        document.Directives.push(this.#directive(description));
      } else if (token.value === 'extend') {
        if (described && description !== '') throw tokens.unexpected(described);
        this.#extension(document);
      } else {
        throw tokens.unexpected();
      }
    }
    return document;
  }

  #descriptionToken(): Token | undefined {
    const { kind } = this.#tokens.peek();
    return kind === 'String' || kind === 'BlockString' ? this.#tokens.next() : undefined;
  }

  #description(): string {
    return this.#descriptionToken()?.value ?? '';
  }

  #extension(document: SchemaDocument): void {
    const tokens = this.#tokens;
    tokens.expectKeyword('extend');
    const token = tokens.peek();
    if (token.kind === 'Name' && Object.hasOwn(kinds, token.value)) {
      const definition = this.#definition('', true);
      const { Directives, Interfaces, Fields, Types, EnumValues } = definition;
      const parts = [Directives, Interfaces, Fields, Types, EnumValues];
      if (parts.every((part) => part.length === 0)) throw tokens.unexpected();
      document.Extensions.push(definition);
    } else if (token.value === 'schema') {
      const schema = this.#schema('');
      if (schema.Directives.length + schema.OperationTypes.length === 0) throw tokens.unexpected();
      document.SchemaExtension.push(schema);
    } else {
      throw tokens.unexpected();
    }
  }

  #schema(description: string): SchemaDefinition {
    const tokens = this.#tokens;
    tokens.expectKeyword('schema');
    const { position } = tokens;
    const Directives = tokens.directives(true);
    const OperationTypes = tokens.some('{', '}', () => {
      const operation = tokens.next();
      if (!['query', 'mutation', 'subscription'].includes(operation.value))
        throw tokens.unexpected(operation);
      tokens.expect(':');
      return { Operation: operation.value, Type: tokens.name(), position: operation.position };
    });
    return { Description: description, Directives, OperationTypes, position };
  }

  #definition(description: string, extension: boolean): Definition {
    const tokens = this.#tokens;
    const kind = kinds[tokens.next().value] as DefinitionKind;
    const { position } = tokens;
    const definition: Definition = {
      Kind: kind,
      Description: description,
      Name: tokens.name(),
      Directives: [],
      Interfaces: [],
      Fields: [],
      Types: [],
      EnumValues: [],
      BuiltIn: this.#builtIn,
      position,
    };
    if (kind === 'OBJECT' || (kind === 'INTERFACE' && !extension)) definition.Interfaces = this.#interfaces();
    definition.Directives = tokens.directives(true);
    if (kind === 'OBJECT' || kind === 'INTERFACE') {
      definition.Fields = tokens.some('{', '}', () => this.#field());
    } else if (kind === 'INPUT_OBJECT') {
      definition.Fields = tokens.some('{', '}', () => ({ ...this.#inputValue(), Arguments: [] }));
    } else if (kind === 'ENUM') {
      definition.EnumValues = tokens.some('{', '}', () => this.#enumValue());
    } else if (kind === 'UNION') {
      definition.Types = this.#members();
    }
    return definition;
  }

  #interfaces(): string[] {
    const tokens = this.#tokens;
    if (tokens.peek().value !== 'implements') return [];
    tokens.next();
    tokens.skip('&');
    const names = [tokens.name()];
    while (tokens.skip('&')) names.push(tokens.name());
    return names;
  }

  #members(): string[] {
    const tokens = this.#tokens;
    if (!tokens.skip('=')) return [];
    tokens.skip('|');
    const names = [tokens.name()];
    while (tokens.skip('|')) names.push(tokens.name());
    return names;
  }

  #field(): FieldDefinition {
    const tokens = this.#tokens;
    const Description = this.#description();
    const { position } = tokens;
    const Name = tokens.name();
    const Arguments = tokens.some('(', ')', () => this.#inputValue());
    tokens.expect(':');
    return {
      Description,
      Name,
      Arguments,
      Type: tokens.type(),
      Directives: tokens.directives(true),
      position,
    };
  }

  #inputValue(): ArgumentDefinition {
    const tokens = this.#tokens;
    const Description = this.#description();
    const { position } = tokens;
    const Name = tokens.name();
    tokens.expect(':');
    const Type = tokens.type();
    const DefaultValue = tokens.skip('=') ? tokens.value(true) : undefined;
    return { Description, Name, DefaultValue, Type, Directives: tokens.directives(true), position };
  }

  #enumValue(): EnumValueDefinition {
    const Description = this.#description();
    const { position } = this.#tokens;
    return { Description, Name: this.#tokens.name(), Directives: this.#tokens.directives(true), position };
  }

  #directive(description: string): DirectiveDefinition {
    const tokens = this.#tokens;
    tokens.expectKeyword('directive');
    tokens.expect('@');
    const { position } = tokens;
    const Name = tokens.name();
    const Arguments = tokens.some('(', ')', () => this.#inputValue());
    let IsRepeatable = false;
    if (tokens.peek().kind === 'Name' && tokens.peek().value === 'repeatable') {
      tokens.next();
      IsRepeatable = true;
    }
    tokens.expectKeyword('on');
    tokens.skip('|');
    const Locations = [this.#location()];
    while (tokens.skip('|')) Locations.push(this.#location());
    return { Description: description, Name, Arguments, Locations, IsRepeatable, position };
  }

  #location(): string {
    const token = this.#tokens.expect('Name');
    if (!directiveLocations.includes(token.value)) throw this.#tokens.unexpected(token);
    return token.value;
  }
}
