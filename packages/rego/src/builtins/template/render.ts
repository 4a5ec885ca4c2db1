import { RegoObject } from '../../values/rego-object.ts';
import type { Value } from '../../values/value.ts';
import type { BuiltinContext } from '../builtin.ts';
import { bytesOf } from '../encoding/bytes.ts';
import { fault } from '../operands.ts';
import { type Datum, datumOf, FunctionError, functions, isTrue, textOfDatum } from './functions.ts';
import { lineOf } from './scan.ts';
import type { Command, Operand, Pipeline, Template, TemplateNode } from './tree.ts';

const maxDepth = 500;
const maxLength = 64 * 1024 * 1024;

/** Leaves a range. */
class LoopSignal extends Error {
  readonly kind: 'break' | 'continue';

  constructor(kind: 'break' | 'continue') {
    super(kind);
    this.kind = kind;
  }
}

/** Renders a template over data; a missing key is an error. */
export function renderTemplate(template: Template, data: Value, context: BuiltinContext): string {
  return new Renderer(template, context).render(datumOf(data));
}

interface Variable {
  name: string;
  value: Datum;
}

class Renderer {
  readonly #template: Template;
  readonly #context: BuiltinContext;
  readonly #parts: string[] = [];
  #length = 0;
  #depth = 0;
  #name = 'template';
  #variables: Variable[] = [];

  constructor(template: Template, context: BuiltinContext) {
    this.#template = template;
    this.#context = context;
  }

  render(data: Datum): string {
    this.#variables = [{ name: '$', value: data }];
    this.#list(this.#template.body, data);
    return this.#parts.join('');
  }

  #put(text: string): void {
    this.#context.spend(1 + (text.length >> 6));
    this.#length += text.length;
    if (this.#length > maxLength) throw fault('template: the output is too long');
    this.#parts.push(text);
  }

  #fail(at: number, text: string, message: string): Error {
    const { source } = this.#template;
    const column = bytesOf(source.slice(source.lastIndexOf('\n', at - 1) + 1, at)).length;
    return fault(
      `template: template:${lineOf(source, at)}:${column}: executing ${JSON.stringify(this.#name)} at <${text}>: ${message}`,
    );
  }

  #list(nodes: readonly TemplateNode[], dot: Datum): void {
    for (const node of nodes) this.#node(node, dot);
  }

  #node(node: TemplateNode, dot: Datum): void {
    this.#context.spend(1);
    switch (node.kind) {
      case 'text':
        this.#put(node.text);
        break;
      case 'action': {
        const value = this.#pipeline(node.pipeline, dot);
        if (node.pipeline.variables.length === 0) this.#put(textOfDatum(value));
        break;
      }
      case 'if':
      case 'with':
        this.#scoped(() => {
          const value = this.#pipeline(node.pipeline, dot);
          const inner = node.kind === 'with' ? value : dot;
          if (isTrue(value)) this.#list(node.body, inner);
          else this.#list(node.otherwise, dot);
        });
        break;
      case 'range':
        this.#scoped(() => this.#range(node, dot));
        break;
      case 'break':
      case 'continue':
        throw new LoopSignal(node.kind);
      case 'template':
        this.#call(node, dot);
    }
  }

  #scoped(work: () => void): void {
    const mark = this.#variables.length;
    try {
      work();
    } finally {
      this.#variables.length = mark;
    }
  }

  #range(node: TemplateNode & { kind: 'range' | 'if' | 'with' }, dot: Datum): void {
    const { variables, declares } = node.pipeline;
    const value = this.#pipeline({ ...node.pipeline, variables: [] }, dot);
    let count = 0;
    for (const [key, item] of this.#items(value, node.pipeline)) {
      count += 1;
      try {
        this.#scoped(() => {
          const set = (name: string, datum: Datum) => this.#set(name, datum, declares);
          if (variables.length === 1) set(variables[0] as string, item);
          if (variables.length === 2) {
            set(variables[0] as string, key);
            set(variables[1] as string, item);
          }
          this.#list(node.body, item);
        });
      } catch (signal) {
        if (!(signal instanceof LoopSignal)) throw signal;
        if (signal.kind === 'break') break;
      }
    }
    if (count === 0) this.#list(node.otherwise, dot);
  }

  *#items(value: Datum, pipeline: Pipeline): Generator<[Datum, Datum]> {
    if (value === null) return;
    if (value instanceof RegoObject) {
      for (const [key, item] of value.entries()) yield [datumOf(key), datumOf(item)];
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) yield [BigInt(index), datumOf(item)];
    } else if (typeof value === 'bigint') {
      for (let i = 0n; i < value; i += 1n) yield [i, i];
    } else {
      throw this.#fail(pipeline.at, pipeline.text, `range can't iterate over ${textOfDatum(value)}`);
    }
  }

  #set(name: string, value: Datum, declares: boolean): void {
    const known = declares ? undefined : this.#variables.findLast((variable) => variable.name === name);
    if (known) known.value = value;
    else this.#variables.push({ name, value });
  }

  #call(node: TemplateNode & { kind: 'template' }, dot: Datum): void {
    const body = this.#template.named.get(node.name);
    if (!body) {
      throw this.#fail(
        node.at,
        `{{template ${JSON.stringify(node.name)}}}`,
        `template ${JSON.stringify(node.name)} not defined`,
      );
    }
    const value = node.pipeline ? this.#pipeline(node.pipeline, dot) : null;
    this.#depth += 1;
    if (this.#depth > maxDepth) throw fault('template: exceeded maximum template depth');
    const [variables, name] = [this.#variables, this.#name];
    this.#variables = [{ name: '$', value }];
    this.#name = node.name;
    this.#list(body, value);
    this.#variables = variables;
    this.#name = name;
    this.#depth -= 1;
  }

  #pipeline(pipeline: Pipeline, dot: Datum): Datum {
    let value: Datum | undefined;
    for (const command of pipeline.commands) value = this.#command(command, dot, value);
    const result = value ?? null;
    for (const name of pipeline.variables) this.#set(name, result, pipeline.declares);
    return result;
  }

  #command(command: Command, dot: Datum, piped: Datum | undefined): Datum {
    const [first, ...others] = command.operands as [Operand, ...Operand[]];
    if (first.kind === 'function') return this.#function(first.name, command, others, dot, piped);
    if (others.length > 0 || piped !== undefined) {
      throw this.#fail(first.at, first.text, `can't give argument to non-function ${first.text}`);
    }
    if (first.kind === 'constant' && first.value === null)
      throw this.#fail(first.at, 'nil', 'nil is not a command');
    return this.#operand(first, dot);
  }

  #operand(operand: Operand, dot: Datum): Datum {
    switch (operand.kind) {
      case 'dot':
        return dot;
      case 'constant':
        return operand.value;
      case 'fields':
        return this.#fields(dot, operand.names, operand);
      case 'variable': {
        const variable = this.#variables.findLast(({ name }) => name === operand.name);
        return this.#fields(variable?.value ?? null, operand.names, operand);
      }
      case 'pipeline':
        return this.#fields(this.#pipeline(operand.pipeline, dot), operand.names, operand);
      case 'function':
        return this.#function(operand.name, { ...operand, operands: [operand] }, [], dot, undefined);
    }
  }

  #fields(start: Datum, names: readonly string[], operand: Operand): Datum {
    let value = start;
    for (const name of names) {
      if (value === null) {
        throw this.#fail(operand.at, operand.text, `nil pointer evaluating interface {}.${name}`);
      }
      if (!(value instanceof RegoObject)) {
        throw this.#fail(operand.at, operand.text, `can't evaluate field ${name} in type interface {}`);
      }
      const member = value.get(name);
      if (member === undefined) {
        throw this.#fail(operand.at, operand.text, `map has no entry for key ${JSON.stringify(name)}`);
      }
      value = datumOf(member);
    }
    return value;
  }

  #function(
    name: string,
    command: Command,
    operands: readonly Operand[],
    dot: Datum,
    piped: Datum | undefined,
  ): Datum {
    const count = operands.length + (piped === undefined ? 0 : 1);
    if (name === 'and' || name === 'or') {
      if (count === 0)
        throw this.#fail(command.at, command.text, `wrong number of args for ${name}: want at least 1 got 0`);
      return this.#shortCircuit(name === 'or', operands, dot, piped);
    }
    const [least, most, call] = functions.get(name) as NonNullable<ReturnType<typeof functions.get>>;
    if (count < least || count > most) {
      const want = least === most ? `want ${least}` : `want at least ${least}`;
      throw this.#fail(command.at, command.text, `wrong number of args for ${name}: ${want} got ${count}`);
    }
    const data = operands.map((operand) => this.#operand(operand, dot));
    if (piped !== undefined) data.push(piped);
    try {
      return call(data);
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      throw this.#fail(command.at, command.text, `error calling ${name}: ${error.message}`);
    }
  }

  #shortCircuit(until: boolean, operands: readonly Operand[], dot: Datum, piped: Datum | undefined): Datum {
    let value: Datum = null;
    for (const operand of operands) {
      value = this.#operand(operand, dot);
      if (isTrue(value) === until) return value;
    }
    return piped === undefined ? value : piped;
  }
}
