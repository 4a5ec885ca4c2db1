import { GraphqlError } from './lexer.ts';
import { TokenStream } from './token-stream.ts';
import type {
  Field,
  FragmentDefinition,
  OperationDefinition,
  QueryDocument,
  Selection,
  VariableDefinition,
} from './tree.ts';

const operations = ['query', 'mutation', 'subscription'];

/** Reads an executable document (October 2021, section 2.2). Untrusted input; throws {@link GraphqlError}. */
export function parseQueryDocument(text: string): QueryDocument {
  const tokens = new TokenStream(text);
  const document: QueryDocument = { Operations: [], Fragments: [] };
  for (let token = tokens.peek(); token.kind !== '<EOF>'; token = tokens.peek()) {
    if (token.kind === '{' || (token.kind === 'Name' && operations.includes(token.value))) {
      document.Operations.push(operation(tokens));
    } else if (token.kind === 'Name' && token.value === 'fragment') {
      document.Fragments.push(fragment(tokens));
    } else {
      throw tokens.unexpected();
    }
  }
  return document;
}

function operation(tokens: TokenStream): OperationDefinition {
  const { position } = tokens;
  const bare = tokens.peek().kind === '{';
  const definition: OperationDefinition = {
    Operation: bare ? 'query' : tokens.next().value,
    Name: '',
    VariableDefinitions: [],
    Directives: [],
    SelectionSet: [],
    position,
  };
  if (!bare) {
    if (tokens.peek().kind === 'Name') definition.Name = tokens.next().value;
    definition.VariableDefinitions = variableDefinitions(tokens);
    definition.Directives = tokens.directives(false);
  }
  definition.SelectionSet = requiredSelectionSet(tokens);
  return definition;
}

function variableDefinitions(tokens: TokenStream): VariableDefinition[] {
  return tokens.some('(', ')', () => {
    const { position } = tokens;
    const Variable = tokens.variable();
    tokens.expect(':');
    const Type = tokens.type();
    const DefaultValue = tokens.skip('=') ? tokens.value(true) : undefined;
    return { Variable, Type, DefaultValue, Directives: tokens.directives(false), Used: false, position };
  });
}

function requiredSelectionSet(tokens: TokenStream): Selection[] {
  const token = tokens.peek();
  if (token.kind !== '{') throw new GraphqlError(`Expected {, found ${token.kind}`, token.position);
  return selectionSet(tokens);
}

function selectionSet(tokens: TokenStream): Selection[] {
  return tokens.nested(() =>
    tokens.some('{', '}', () => (tokens.peek().kind === '...' ? spread(tokens) : field(tokens))),
  );
}

function field(tokens: TokenStream): Field {
  const { position } = tokens;
  const Alias = tokens.name();
  const Name = tokens.skip(':') ? tokens.name() : Alias;
  return {
    type: 'field',
    Alias,
    Name,
    Arguments: tokens.arguments(false),
    Directives: tokens.directives(false),
    SelectionSet: tokens.peek().kind === '{' ? selectionSet(tokens) : [],
    position,
  };
}

function spread(tokens: TokenStream): Selection {
  tokens.expect('...');
  const token = tokens.peek();
  const { position } = token;
  if (token.kind === 'Name' && token.value !== 'on') {
    return { type: 'spread', Name: tokens.name(), Directives: tokens.directives(false), position };
  }
  let TypeCondition = '';
  if (token.kind === 'Name') {
    tokens.next();
    TypeCondition = tokens.name();
  }
  return {
    type: 'inline',
    TypeCondition,
    Directives: tokens.directives(false),
    SelectionSet: requiredSelectionSet(tokens),
    position,
  };
}

function fragment(tokens: TokenStream): FragmentDefinition {
  const { position } = tokens;
  tokens.expectKeyword('fragment');
  if (tokens.peek().value === 'on') throw tokens.unexpected();
  const Name = tokens.name();
  const VariableDefinition = variableDefinitions(tokens);
  tokens.expectKeyword('on');
  return {
    Name,
    VariableDefinition,
    TypeCondition: tokens.name(),
    Directives: tokens.directives(false),
    SelectionSet: requiredSelectionSet(tokens),
    position,
  };
}
