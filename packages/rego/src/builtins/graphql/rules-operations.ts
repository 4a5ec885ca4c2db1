import type { Position } from './lexer.ts';
import { isCompatible, isInputKind } from './schema-checks.ts';
import { type Selection, typeName, typeText, valueKinds, valueText } from './tree.ts';
import type { Rule, WalkContext } from './walker.ts';

/** Rules about operations and variables (October 2021, sections 5.2 and 5.8), in the words of gqlparser. */

export const knownRootType: Rule = {
  operation: ({ schema, report }, { Operation, position }) => {
    const root =
      Operation === 'mutation'
        ? schema.mutation
        : Operation === 'subscription'
          ? schema.subscription
          : schema.query;
    if (!root) report(`Schema does not support operation type "${Operation}"`, position);
  },
};

export const loneAnonymousOperation: Rule = {
  operation: ({ document, report }, { Name, position }) => {
    if (Name === '' && document.Operations.length > 1) {
      report('This anonymous operation must be the only defined operation.', position);
    }
  },
};

export function uniqueOperationNames(): Rule {
  const seen = new Set<string>();
  return {
    operation: ({ report }, { Name, position }) => {
      if (seen.has(Name)) report(`There can be only one operation named "${Name}".`, position);
      seen.add(Name);
    },
  };
}

export const singleFieldSubscriptions: Rule = {
  operation: (context, operation) => {
    if (!context.schema.subscription || operation.Operation !== 'subscription') return;
    const fields = topFields(context, operation.SelectionSet);
    const subject =
      operation.Name === '' ? 'Anonymous Subscription' : `Subscription ${JSON.stringify(operation.Name)}`;
    const [, second] = [...fields.values()];
    if (fields.size > 1) context.report(`${subject} must select only one top level field.`, second);
    for (const [name, position] of fields) {
      if (name.startsWith('__')) {
        context.report(`${subject} must not select an introspection top level field.`, position);
      }
    }
  },
};

function topFields(
  context: WalkContext,
  selections: readonly Selection[],
): Map<string, Position | undefined> {
  const fields = new Map<string, Position | undefined>();
  const entered = new Set<string>();
  const walk = (list: readonly Selection[]) => {
    for (const selection of list) {
      if (selection.type === 'field') {
        if (!fields.has(selection.Name)) fields.set(selection.Name, selection.position);
      } else if (selection.type === 'inline') {
        walk(selection.SelectionSet);
      } else {
        const fragment = context.document.Fragments.find(({ Name }) => Name === selection.Name);
        if (!fragment) return;
        if (entered.has(fragment.Name)) continue;
        entered.add(fragment.Name);
        walk(fragment.SelectionSet);
      }
    }
  };
  walk(selections);
  return fields;
}

export const noUndefinedVariables: Rule = {
  value: ({ operation, report }, value, { variable }) => {
    if (!operation || value.Kind !== valueKinds.variable || variable) return;
    const where = operation.Name === '' ? '' : ` by operation "${operation.Name}"`;
    report(`Variable "${valueText(value)}" is not defined${where}.`, value.position);
  },
};

export const noUnusedVariables: Rule = {
  operation: ({ used, report }, operation) => {
    for (const variable of operation.VariableDefinitions) {
      if (used.has(variable)) continue;
      const where = operation.Name === '' ? '' : ` in operation "${operation.Name}"`;
      report(`Variable "$${variable.Variable}" is never used${where}.`, variable.position);
    }
  },
};

export const uniqueVariableNames: Rule = {
  operation: ({ report }, operation) => {
    const counts = new Map<string, number>();
    for (const { Variable, position } of operation.VariableDefinitions) {
      const count = counts.get(Variable) ?? 0;
      if (count === 1) report(`There can be only one variable named "$${Variable}".`, position);
      counts.set(Variable, count + 1);
    }
  },
};

export const variablesAreInputTypes: Rule = {
  operation: ({ schema, report }, operation) => {
    for (const { Variable, Type, position } of operation.VariableDefinitions) {
      const definition = schema.types.get(typeName(Type));
      if (definition && !isInputKind(definition)) {
        report(`Variable "$${Variable}" cannot be non-input type "${typeText(Type)}".`, position);
      }
    }
  },
};

export const variablesInAllowedPosition: Rule = {
  value: (context, value, { expected, expectedHasDefault, variable, definition }) => {
    if (value.Kind === valueKinds.variable && expected && variable && context.operation) {
      // A default, here or there, stands in for null.
      const hasDefault = variable.DefaultValue && variable.DefaultValue.Kind !== valueKinds.null;
      const wanted = hasDefault || expectedHasDefault ? { ...expected, NonNull: false } : expected;
      if (!isCompatible(variable.Type, wanted)) {
        context.report(
          `Variable "${valueText(value)}" of type "${typeText(variable.Type)}" used in position expecting type "${typeText(expected)}".`,
          value.position,
        );
      }
    }
    const oneOf = definition?.Directives.some(({ Name }) => Name === 'oneOf');
    if (value.Kind !== valueKinds.object || !definition || !oneOf) return;
    for (const { Value: member } of value.Children) {
      const type = context.values.get(member)?.variable?.Type;
      if (member.Kind !== valueKinds.variable || !type || type.NonNull) continue;
      context.report(
        `Variable "${valueText(member)}" is of type "${typeText(type)}" but must be non-nullable to be used for OneOf Input Object "${definition.Name}".`,
        context.values.get(member)?.variable?.position,
      );
    }
  },
};
