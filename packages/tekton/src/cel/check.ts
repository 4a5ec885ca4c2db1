import type { CelExpression } from './load.ts';
import { functions, methods, type Signature, typeNames } from './signatures.ts';

/** What is wrong with an expression before it runs, and at which of its nodes. */
export interface CelFault {
  id: bigint;
  message: string;
}

type Scope = ReadonlyMap<string, string>;
type Node = CelExpression | undefined;

const constants: Readonly<Record<string, string>> = {
  boolValue: 'bool',
  int64Value: 'int',
  uint64Value: 'uint',
  doubleValue: 'double',
  stringValue: 'string',
  bytesValue: 'bytes',
  nullValue: 'null',
};

/**
 * Finds what CEL's type checker would refuse in an environment without variables: names that nothing declares, and
 * functions and operators applied to types that they do not take.
 */
export function checkCelTypes(expression: CelExpression): CelFault[] {
  const faults: CelFault[] = [];
  infer(expression, new Map(), faults);
  return faults;
}

function infer(node: Node, scope: Scope, faults: CelFault[]): string {
  if (node === undefined) return 'dyn';
  const { exprKind: kind, id } = node;
  switch (kind.case) {
    case 'constExpr':
      return constants[kind.value.constantKind.case ?? ''] ?? 'dyn';
    case 'identExpr':
      return nameType(kind.value.name, id, scope, faults);
    case 'selectExpr': {
      const name = qualifiedName(node);
      if (name !== undefined && typeNames.has(name)) return 'type';
      const operand = infer(kind.value.operand, scope, faults);
      if (kind.value.testOnly) return 'bool';
      if (fits(operand, 'map')) return elementOf(operand);
      faults.push({ id, message: `type '${operand}' does not support field selection` });
      return 'dyn';
    }
    case 'listExpr':
      return `list(${common(kind.value.elements.map((element) => infer(element, scope, faults)))})`;
    case 'structExpr': {
      if (kind.value.messageName !== '') return kind.value.messageName.replace(/^\./, '');
      const keys: string[] = [];
      const values = kind.value.entries.map(({ keyKind, value }) => {
        if (keyKind.case === 'mapKey') keys.push(infer(keyKind.value, scope, faults));
        return infer(value, scope, faults);
      });
      return `map(${common(keys)}, ${common(values)})`;
    }
    case 'callExpr':
      return callType(node, kind.value.function, kind.value.target, kind.value.args, scope, faults);
    case 'comprehensionExpr': {
      const { iterVar, iterRange, accuVar, accuInit, loopCondition, loopStep, result } = kind.value;
      const range = infer(iterRange, scope, faults);
      const inner = new Map(scope).set(iterVar, itemOf(range)).set(accuVar, infer(accuInit, scope, faults));
      infer(loopCondition, inner, faults);
      const step = infer(loopStep, inner, faults);
      return infer(result, inner.set(accuVar, step), faults);
    }
    default:
      return 'dyn';
  }
}

function nameType(name: string, id: bigint, scope: Scope, faults: CelFault[]): string {
  const known = scope.get(name);
  if (known !== undefined) return known;
  if (typeNames.has(name)) return 'type';
  faults.push({ id, message: undeclared(name) });
  return 'dyn';
}

const undeclared = (name: string): string => `undeclared reference to '${name}' (in container '')`;

function callType(
  node: CelExpression,
  name: string,
  target: Node,
  args: readonly CelExpression[],
  scope: Scope,
  faults: CelFault[],
): string {
  const types = [...(target === undefined ? [] : [target]), ...args].map((arg) => infer(arg, scope, faults));
  const [first = 'dyn', second = 'dyn', third = 'dyn'] = types;
  const refuse = (): string => {
    const list = target === undefined ? types.join(', ') : `${types[0]}.(${types.slice(1).join(', ')})`;
    const applied = target === undefined ? `(${list})` : list;
    faults.push({ id: node.id, message: `found no matching overload for '${name}' applied to '${applied}'` });
    return 'dyn';
  };
  switch (target === undefined ? name : '') {
    case '_==_':
    case '_!=_':
      return fits(first, second) ? 'bool' : refuse();
    case '_?_:_':
      if (!fits(first, 'bool') || !fits(second, third)) return refuse();
      return common([second, third]);
    case '@in':
      return (fits(second, 'list') || fits(second, 'map')) && fits(first, itemOf(second)) ? 'bool' : refuse();
    case '_[_]':
      if (fits(first, 'list') && fits(second, 'int')) return elementOf(first);
      return fits(first, 'map') ? elementOf(first) : refuse();
    default: {
      const known: readonly Signature[] | undefined = (target === undefined ? functions : methods)[name];
      if (known === undefined) {
        faults.push({ id: node.id, message: undeclared(name) });
        return 'dyn';
      }
      const match = known.find(
        (signature) =>
          signature.args.length === types.length &&
          signature.args.every((wanted, index) => fits(types[index] ?? 'dyn', wanted)),
      );
      if (match === undefined) return refuse();
      if (types.includes('dyn') && known.length > 1 && known.some(({ result }) => result !== match.result))
        return 'dyn';
      return match.result === 'list' ? common(types) : match.result;
    }
  }
}

/** `a.b.c` of selections on a name. */
function qualifiedName(node: Node): string | undefined {
  const kind = node?.exprKind;
  if (kind?.case === 'identExpr') return kind.value.name;
  if (kind?.case !== 'selectExpr') return undefined;
  const operand = qualifiedName(kind.value.operand);
  return operand === undefined ? undefined : `${operand}.${kind.value.field}`;
}

const base = (type: string): string => type.replace(/\(.*$/, '');

function fits(type: string, wanted: string): boolean {
  if (type === 'dyn' || wanted === 'dyn' || type === wanted) return true;
  if (base(type) !== base(wanted)) return type === 'null' && wanted.startsWith('google.protobuf.');
  if (!type.includes('(') || !wanted.includes('(')) return true;
  const parts = partsOf(type);
  return partsOf(wanted).every((part, index) => fits(parts[index] ?? 'dyn', part));
}

/** The types in the parentheses of `list(int)` or `map(string, list(int))`. */
function partsOf(type: string): string[] {
  const inner = /^\w+\((.*)\)$/.exec(type)?.[1] ?? '';
  const comma = base(type) === 'map' ? /^(?:[^(),]|\([^()]*\))*/.exec(inner)?.[0].length : undefined;
  return comma === undefined ? [inner || 'dyn'] : [inner.slice(0, comma), inner.slice(comma + 2)];
}

const common = (types: readonly string[]): string =>
  types.length > 0 && types.every((type) => type === types[0]) ? (types[0] as string) : 'dyn';

/** What a comprehension goes over: a list's elements, a map's keys. */
const itemOf = (type: string): string => (type.includes('(') ? (partsOf(type)[0] ?? 'dyn') : 'dyn');

/** What an index brings: a list's element, a map's value. */
const elementOf = (type: string): string => (type.includes('(') ? (partsOf(type).at(-1) ?? 'dyn') : 'dyn');
