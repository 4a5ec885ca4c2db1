import { GraphqlError } from './lexer.ts';
import * as fields from './rules-fields.ts';
import * as fragments from './rules-fragments.ts';
import * as operations from './rules-operations.ts';
import { overlappingFieldsCanBeMerged } from './rules-overlap.ts';
import * as values from './rules-values.ts';
import type { Schema } from './schema.ts';
import type { QueryDocument } from './tree.ts';
import { type Rule, Walker } from './walker.ts';

/** In the order in which gqlparser asks them, which decides what is reported first. */
function rules(): Rule[] {
  return [
    fields.fieldsOnCorrectType,
    fragments.fragmentsOnCompositeTypes,
    fields.knownArgumentNames,
    fields.knownDirectives,
    fragments.knownFragmentNames,
    operations.knownRootType,
    fragments.knownTypeNames,
    operations.loneAnonymousOperation,
    fields.maxIntrospectionDepth,
    fragments.noFragmentCycles(),
    operations.noUndefinedVariables,
    fragments.noUnusedFragments(),
    operations.noUnusedVariables,
    overlappingFieldsCanBeMerged(),
    fragments.possibleFragmentSpreads,
    fields.providedRequiredArguments,
    fields.scalarLeafs,
    operations.singleFieldSubscriptions,
    fields.uniqueArgumentNames,
    fields.uniqueDirectivesPerLocation,
    fragments.uniqueFragmentNames(),
    values.uniqueInputFieldNames,
    operations.uniqueOperationNames(),
    operations.uniqueVariableNames,
    values.valuesOfCorrectType,
    operations.variablesAreInputTypes,
    operations.variablesInAllowedPosition,
  ];
}

/** Checks a query against a schema (October 2021, section 5); throws the first thing wrong with it. */
export function validateQuery(schema: Schema, document: QueryDocument, spend: (steps: number) => void): void {
  const walker = new Walker(
    {
      schema,
      document,
      operation: undefined,
      used: new Set(),
      fields: new Map(),
      spreads: new Map(),
      inlines: new Map(),
      values: new Map(),
      directives: new Map(),
      report: (message, position) => {
        throw new GraphqlError(message, position);
      },
      spend,
    },
    rules(),
  );
  walker.walk();
}
