import { RegoObject } from '../../values/rego-object.ts';
import type { Value } from '../../values/value.ts';
import { type Builtin, type BuiltinContext, BuiltinFault, type RegoType } from '../builtin.ts';
import { fault, operandType, stringOperand } from '../operands.ts';
import { any, boolean, objectOf, oneOf, string, tuple } from '../types.ts';
import { queryDocumentOf, schemaDocumentOf } from './from-value.ts';
import { GraphqlError } from './lexer.ts';
import { parseQueryDocument } from './query-parser.ts';
import { buildSchema } from './schema.ts';
import { parseSchemaDocument } from './schema-parser.ts';
import type { QueryDocument, SchemaDocument } from './tree.ts';
import { validateQuery } from './validate.ts';

const categories = ['graphql'];
const object: RegoType = objectOf(any, any);
const source: RegoType = oneOf(string, object);
/** Members of our trees that gqlparser's have not. */
const hidden = new Set(['position', 'type']);

function queryOf(operand: Value | undefined): QueryDocument {
  if (typeof operand === 'string') return parseQueryDocument(operand);
  if (operand instanceof RegoObject) return queryDocumentOf(operand);
  throw operandType(0, operand as Value, 'string', 'object');
}

function schemaOf(operand: Value | undefined): SchemaDocument {
  if (typeof operand === 'string') return parseSchemaDocument(operand);
  if (operand instanceof RegoObject) return schemaDocumentOf(operand);
  throw operandType(1, operand as Value, 'string', 'object');
}

/** Runs something on untrusted documents; what is wrong with them becomes a fault that names the place. */
function faulting<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof GraphqlError) throw fault(located(error), error);
    // Fragments may follow one another further than the stack reaches.
    if (error instanceof RangeError) throw fault('GraphQL documents are nested too deeply', error);
    throw error;
  }
}

function located({ message, position }: GraphqlError): string {
  const text = `${message} in GraphQL string`;
  return position ? `${text} at location ${position.line}:${position.column}` : text;
}

function holds(work: () => void): boolean {
  try {
    faulting(work);
    return true;
  } catch (error) {
    if (error instanceof BuiltinFault) return false;
    throw error;
  }
}

/** Checks a schema and a query against it, and gives both as values. */
function verified(operands: readonly Value[], context: BuiltinContext): [query: Value, schema: Value] {
  const query = faulting(() => queryOf(operands[0]));
  const document = faulting(() => schemaOf(operands[1]));
  const schema = faulting(() => {
    try {
      return buildSchema(document);
    } catch (error) {
      if (!(error instanceof GraphqlError)) throw error;
      const message = `Error in gqlparser SchemaDocument to Schema conversion: ${error.message}`;
      throw new GraphqlError(message, error.position);
    }
  });
  faulting(() => {
    try {
      validateQuery(schema, query, (steps) => context.spend(steps));
    } catch (error) {
      if (!(error instanceof GraphqlError)) throw error;
      throw new GraphqlError(error.message.replace(/\.$/, ''), error.position);
    }
  });
  return [treeValue(query), treeValue(document)];
}

/** A tree as a value, without what is null or empty. */
function treeValue(node: unknown): Value {
  if (Array.isArray(node)) return node.map(treeValue).filter((item) => !isEmpty(item));
  if (typeof node !== 'object' || node === null) return node as Value;
  const members: [string, Value][] = [];
  for (const [name, member] of Object.entries(node)) {
    if (member === undefined || hidden.has(name)) continue;
    const value = treeValue(member);
    if (!isEmpty(value)) members.push([name, value]);
  }
  return RegoObject.of(members);
}

function isEmpty(value: Value): boolean {
  return Array.isArray(value) ? value.length === 0 : value instanceof RegoObject && value.size === 0;
}

/** OPA's `graphql.*`: documents in the shape of gqlparser, errors in its words. Documents are untrusted input. */
export const graphqlBuiltins: readonly Builtin[] = [
  {
    name: 'graphql.parse',
    args: [source, source],
    result: tuple(object, object),
    categories,
    call: verified,
  },
  {
    name: 'graphql.parse_and_verify',
    args: [source, source],
    result: tuple(boolean, object, object),
    categories,
    call: (operands, context) => {
      let trees: [Value, Value] | undefined;
      const valid = holds(() => {
        trees = verified(operands, context);
      });
      return [valid, ...(trees ?? [RegoObject.of([]), RegoObject.of([])])];
    },
  },
  {
    name: 'graphql.parse_query',
    args: [string],
    result: object,
    categories,
    call: ([text]) => treeValue(faulting(() => parseQueryDocument(stringOperand(text, 1)))),
  },
  {
    name: 'graphql.parse_schema',
    args: [string],
    result: object,
    categories,
    call: ([text]) => treeValue(faulting(() => parseSchemaDocument(stringOperand(text, 1)))),
  },
  {
    name: 'graphql.is_valid',
    args: [source, source],
    result: boolean,
    categories,
    call: (operands, context) => holds(() => verified(operands, context)),
  },
  {
    name: 'graphql.schema_is_valid',
    args: [source],
    result: boolean,
    categories,
    call: ([text]) => holds(() => buildSchema(schemaOf(text))),
  },
];
