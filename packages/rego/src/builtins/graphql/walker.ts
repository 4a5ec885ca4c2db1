import type { Position } from './lexer.ts';
import type { Schema } from './schema.ts';
import {
  type Argument,
  type ArgumentDefinition,
  type Definition,
  type Directive,
  type DirectiveDefinition,
  type Field,
  type FieldDefinition,
  type FragmentDefinition,
  type FragmentSpread,
  type InlineFragment,
  type OperationDefinition,
  type QueryDocument,
  type Selection,
  type TypeReference,
  typeName,
  type ValueNode,
  type VariableDefinition,
  valueKinds,
} from './tree.ts';

/** What the schema says of a value at its place. */
export interface ValueFacts {
  definition?: Definition | undefined;
  expected?: TypeReference | undefined;
  expectedHasDefault?: boolean;
  variable?: VariableDefinition | undefined;
}

export interface FieldFacts {
  parent: Definition | undefined;
  definition: FieldDefinition | undefined;
}

export interface DirectiveFacts {
  definition: DirectiveDefinition | undefined;
  location: string;
}

/** What rules know while a document is walked. */
export interface WalkContext {
  schema: Schema;
  document: QueryDocument;
  /** The operation walked now; undefined within fragments' own turn. */
  operation: OperationDefinition | undefined;
  used: Set<VariableDefinition>;
  fields: Map<Field, FieldFacts>;
  spreads: Map<FragmentSpread, { parent: Definition | undefined; fragment: FragmentDefinition | undefined }>;
  inlines: Map<InlineFragment, { parent: Definition | undefined }>;
  values: Map<ValueNode, ValueFacts>;
  directives: Map<Directive, DirectiveFacts>;
  report(message: string, position: Position | undefined): void;
  /** Counts work, so that a hostile document cannot hang the caller. */
  spend(steps: number): void;
}

/** A rule: what it does where. Every function is called once what lies below was walked. */
export interface Rule {
  operation?(context: WalkContext, operation: OperationDefinition): void;
  variable?(context: WalkContext, variable: VariableDefinition): void;
  field?(context: WalkContext, field: Field, facts: FieldFacts): void;
  fragment?(context: WalkContext, fragment: FragmentDefinition): void;
  inlineFragment?(context: WalkContext, inline: InlineFragment): void;
  spread?(context: WalkContext, spread: FragmentSpread): void;
  directive?(context: WalkContext, directive: Directive, facts: DirectiveFacts): void;
  directives?(context: WalkContext, directives: readonly Directive[]): void;
  value?(context: WalkContext, value: ValueNode, facts: ValueFacts): void;
}

/** Walks a query document as gqlparser does: fragments also where they are spread, once in each operation. */
export class Walker {
  readonly #context: WalkContext;
  readonly #rules: readonly Rule[];
  #spread = new Set<string>();

  constructor(context: WalkContext, rules: readonly Rule[]) {
    this.#context = context;
    this.#rules = rules;
  }

  walk(): void {
    for (const operation of this.#context.document.Operations) {
      this.#spread = new Set();
      this.#operation(operation);
    }
    for (const fragment of this.#context.document.Fragments) {
      this.#spread = new Set();
      const definition = this.#context.schema.types.get(fragment.TypeCondition);
      this.#directives(fragment.Directives, 'FRAGMENT_DEFINITION');
      this.#selections(definition, fragment.SelectionSet);
      for (const rule of this.#rules) rule.fragment?.(this.#context, fragment);
    }
  }

  #operation(operation: OperationDefinition): void {
    const context = this.#context;
    const { schema } = context;
    context.operation = operation;
    for (const variable of operation.VariableDefinitions) {
      for (const rule of this.#rules) rule.variable?.(context, variable);
    }
    for (const variable of operation.VariableDefinitions) {
      if (variable.DefaultValue) {
        const definition = schema.types.get(typeName(variable.Type));
        this.#value(variable.DefaultValue, { expected: variable.Type, definition });
      }
      this.#directives(variable.Directives, 'VARIABLE_DEFINITION');
    }
    const kind = operation.Operation === '' ? 'query' : operation.Operation;
    const root =
      kind === 'query' ? schema.query : kind === 'mutation' ? schema.mutation : schema.subscription;
    this.#directives(operation.Directives, kind.toUpperCase());
    this.#selections(root, operation.SelectionSet);
    for (const rule of this.#rules) rule.operation?.(context, operation);
    context.operation = undefined;
  }

  #selections(parent: Definition | undefined, selections: readonly Selection[]): void {
    for (const selection of selections) {
      this.#context.spend(1);
      if (selection.type === 'field') this.#field(parent, selection);
      else if (selection.type === 'inline') this.#inline(parent, selection);
      else this.#fragmentSpread(parent, selection);
    }
  }

  #field(parent: Definition | undefined, field: Field): void {
    const context = this.#context;
    const definition = field.Name === '__typename' ? typenameField : fieldNamed(parent, field.Name);
    const facts = { parent, definition };
    context.fields.set(field, facts);
    for (const argument of field.Arguments) {
      this.#argument(
        definition?.Arguments.find(({ Name }) => Name === argument.Name),
        argument,
      );
    }
    const type = definition && context.schema.types.get(typeName(definition.Type));
    this.#directives(field.Directives, 'FIELD');
    this.#selections(type, field.SelectionSet);
    for (const rule of this.#rules) rule.field?.(context, field, facts);
  }

  #inline(parent: Definition | undefined, inline: InlineFragment): void {
    const context = this.#context;
    context.inlines.set(inline, { parent });
    const type = inline.TypeCondition === '' ? parent : context.schema.types.get(inline.TypeCondition);
    this.#directives(inline.Directives, 'INLINE_FRAGMENT');
    this.#selections(type, inline.SelectionSet);
    for (const rule of this.#rules) rule.inlineFragment?.(context, inline);
  }

  #fragmentSpread(parent: Definition | undefined, spread: FragmentSpread): void {
    const context = this.#context;
    const fragment = context.document.Fragments.find(({ Name }) => Name === spread.Name);
    context.spreads.set(spread, { parent, fragment });
    this.#directives(spread.Directives, 'FRAGMENT_SPREAD');
    if (fragment && !this.#spread.has(fragment.Name)) {
      this.#spread.add(fragment.Name);
      this.#directives(fragment.Directives, 'FRAGMENT_DEFINITION');
      this.#selections(context.schema.types.get(fragment.TypeCondition), fragment.SelectionSet);
    }
    for (const rule of this.#rules) rule.spread?.(context, spread);
  }

  #directives(directives: readonly Directive[], location: string): void {
    const context = this.#context;
    for (const directive of directives) {
      const definition = context.schema.directives.get(directive.Name);
      const facts = { definition, location };
      context.directives.set(directive, facts);
      for (const argument of directive.Arguments) {
        this.#argument(
          definition?.Arguments.find(({ Name }) => Name === argument.Name),
          argument,
        );
      }
      for (const rule of this.#rules) rule.directive?.(context, directive, facts);
    }
    for (const rule of this.#rules) rule.directives?.(context, directives);
  }

  #argument(definition: ArgumentDefinition | undefined, argument: Argument): void {
    this.#value(argument.Value, definition ? this.#expectation(definition) : {});
  }

  #expectation(definition: ArgumentDefinition): ValueFacts {
    return {
      expected: definition.Type,
      expectedHasDefault:
        definition.DefaultValue !== undefined && definition.DefaultValue.Kind !== valueKinds.null,
      definition: this.#context.schema.types.get(typeName(definition.Type)),
    };
  }

  #value(value: ValueNode, facts: ValueFacts): void {
    const context = this.#context;
    context.spend(1);
    context.values.set(value, facts);
    if (value.Kind === valueKinds.variable && context.operation) {
      facts.variable = context.operation.VariableDefinitions.find(({ Variable }) => Variable === value.Raw);
      if (facts.variable) context.used.add(facts.variable);
    }
    for (const child of value.Children) {
      if (value.Kind === valueKinds.object) {
        const field = facts.definition?.Fields.find(({ Name }) => Name === child.Name);
        this.#value(child.Value, field ? this.#expectation(field) : {});
      } else if (value.Kind === valueKinds.list) {
        const element = facts.expected?.Elem;
        this.#value(child.Value, element ? { expected: element, definition: facts.definition } : {});
      }
    }
    for (const rule of this.#rules) rule.value?.(context, value, facts);
  }
}

const typenameField: FieldDefinition = {
  Description: '',
  Name: '__typename',
  Arguments: [],
  Type: { NamedType: 'String', NonNull: false },
  Directives: [],
};

function fieldNamed(parent: Definition | undefined, name: string): FieldDefinition | undefined {
  return parent?.Fields.find(({ Name }) => Name === name);
}
