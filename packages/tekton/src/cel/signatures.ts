/** What the functions of CEL's standard library take; `dyn` fits any type, `list` and `map` any list or map. */
export interface Signature {
  args: readonly string[];
  result: string;
}

const of = (result: string, ...args: string[]): Signature => ({ args, result });
const numbers = ['int', 'uint', 'double'];
const timestamp = 'google.protobuf.Timestamp';
const duration = 'google.protobuf.Duration';
const ordered = ['bool', ...numbers, 'string', 'bytes', timestamp, duration];
const same = (types: readonly string[], result?: string) =>
  types.map((type) => of(result ?? type, type, type));
const conversions = (result: string, ...from: string[]) => from.map((type) => of(result, type));
const getter = [of('int', timestamp), of('int', timestamp, 'string')];
const clock = [...getter, of('int', duration)];

/** Operators and global functions. `_==_`, `_!=_`, `_?_:_`, `@in` and `_[_]` follow rules of their own. */
export const functions: Readonly<Record<string, readonly Signature[]>> = {
  '_&&_': same(['bool']),
  '_||_': same(['bool']),
  '!_': [of('bool', 'bool')],
  '-_': [of('int', 'int'), of('double', 'double')],
  '_+_': [
    ...same([...numbers, 'string', 'bytes', duration]),
    of('list', 'list', 'list'),
    of(timestamp, timestamp, duration),
    of(timestamp, duration, timestamp),
  ],
  '_-_': [
    ...same([...numbers, duration]),
    of(duration, timestamp, timestamp),
    of(timestamp, timestamp, duration),
  ],
  '_*_': same(numbers),
  '_/_': same(numbers),
  '_%_': same(['int', 'uint']),
  '_<_': same(ordered, 'bool'),
  '_<=_': same(ordered, 'bool'),
  '_>_': same(ordered, 'bool'),
  '_>=_': same(ordered, 'bool'),
  size: ['string', 'bytes', 'list', 'map'].map((type) => of('int', type)),
  matches: [of('bool', 'string', 'string')],
  bool: conversions('bool', 'bool', 'string'),
  int: conversions('int', ...numbers, 'string', timestamp, duration),
  uint: conversions('uint', ...numbers, 'string'),
  double: conversions('double', ...numbers, 'string'),
  string: conversions('string', 'bool', ...numbers, 'string', 'bytes', timestamp, duration),
  bytes: conversions('bytes', 'bytes', 'string'),
  duration: conversions(duration, duration, 'string', 'int'),
  timestamp: conversions(timestamp, timestamp, 'string', 'int'),
  dyn: [of('dyn', 'dyn')],
  type: [of('type', 'dyn')],
  '@not_strictly_false': [of('bool', 'bool')],
};

/** Functions written after a value, the value first. */
export const methods: Readonly<Record<string, readonly Signature[]>> = {
  size: functions.size ?? [],
  matches: functions.matches ?? [],
  contains: [of('bool', 'string', 'string')],
  startsWith: [of('bool', 'string', 'string')],
  endsWith: [of('bool', 'string', 'string')],
  getFullYear: getter,
  getMonth: getter,
  getDayOfYear: getter,
  getDayOfMonth: getter,
  getDate: getter,
  getDayOfWeek: getter,
  getHours: clock,
  getMinutes: clock,
  getSeconds: clock,
  getMilliseconds: clock,
};

/** Names that stand for a type. */
export const typeNames: ReadonlySet<string> = new Set([
  'bool',
  'int',
  'uint',
  'double',
  'string',
  'bytes',
  'list',
  'map',
  'null_type',
  'type',
  timestamp,
  duration,
]);
