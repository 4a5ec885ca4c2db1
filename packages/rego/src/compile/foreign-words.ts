const words: Readonly<Record<string, string>> = {
  True: 'write `true`',
  TRUE: 'write `true`',
  False: 'write `false`',
  FALSE: 'write `false`',
  None: 'write `null`',
  nil: 'write `null`',
  NULL: 'write `null`',
  undefined: 'there is no word for undefined: `not x` holds where x is undefined',
};

/** A hint for a name that other languages have for a value of Rego. */
export function foreignWord(name: string): string | undefined {
  return Object.hasOwn(words, name) ? words[name] : undefined;
}

const successors: Readonly<Record<string, string>> = {
  re_match: 'call regex.match',
  set_diff: 'write `a - b`',
  'net.cidr_overlap': 'call net.cidr_contains',
  cast_array: 'check with is_array',
  cast_set: 'check with is_set',
  cast_string: 'check with is_string',
  cast_boolean: 'check with is_boolean',
  cast_null: 'check with is_null',
  cast_object: 'check with is_object',
  any: 'write `true in xs`',
  all: 'write `every x in xs { x }`',
};

/** What to use in place of a builtin that OPA gave up. */
export function successorOf(builtin: string): string | undefined {
  return Object.hasOwn(successors, builtin) ? successors[builtin] : undefined;
}
