import { type Family, fields, type Make, test, times } from './shape.ts';

/** Built by a comprehension, then iterated until the first member. */
function iteration(collection: (size: number) => string, floor: (size: number) => unknown): Make {
  return (size) => ({
    policy: test(`fixture := ${collection(size)}\n\nmain if { some i; fixture[i] }`),
    query: 'data.test.main = answer',
    floor: () => floor(size),
  });
}

const rule = (method: string, first: string): string => `allow if {
	input.method == "${method}"
	input.path = ["${first}", account]
	input.user == account
}
`;

/** `hit` rules that say yes behind `size` - `hit` that say no. */
function virtualDocuments(hit: (size: number) => number): Make {
  return (size) => ({
    policy: test(
      rule('GET', 'salaries').repeat(size - hit(size)) + rule('POST', 'accounts').repeat(hit(size)),
    ),
    query: 'data.test.allow = answer',
    input: { method: 'POST', path: ['accounts', 'alice'], user: 'alice' },
  });
}

const grouping = (open: string, head: string, close: string): Make => {
  return (size) => ({
    policy: test(`main if {
	v := data.items[_]
	ks := ${open}${head} | some k; v == data.items[k]${close}
	count(ks) > 1
}

default main := false`),
    query: 'data.test.main = answer',
    data: { items: fields(size, String) },
  });
};

/** A tree like a parsed program: objects with a type, arrays of them. */
function tree(levels: number): unknown {
  if (levels === 0) return { type: 'ref', value: [{ type: 'var', value: 'x' }] };
  return { type: 'call', operator: 'plus', args: times(4, () => tree(levels - 1)), index: levels };
}

const roles: Make = (size) => ({
  policy: test(`default allow := false

allow if {
	some role in user_roles
	permitted_roles[role]
}

user_roles contains binding.role if {
	some binding in data.bindings
	binding.iss == input.iss
	binding.group == input.group
}

permitted_roles contains role.name if {
	some role in data.roles
	role.operation == input.operation
	role.resource == input.resource
}`),
  query: 'data.test.allow = answer',
  data: {
    roles: times(size, (i) => ({ name: `role-${i}`, operation: `op-${i}`, resource: `res-${i}` })),
    bindings: times(size, (i) => ({ iss: `iss-${i}`, group: `group-${i}`, role: `role-${i}` })),
  },
  input: {
    operation: `op-${size - 1}`,
    resource: `res-${size - 1}`,
    iss: `iss-${size - 1}`,
    group: `group-${size - 1}`,
  },
});

/** One rule for each resource and action, as generated policies have them. */
const accessRules: Make = (size) => ({
  policy: test(`default allow := false

${times(
  size,
  (i) => `allow if {
	input.resource == "resource-${i >> 2}"
	input.action == "${['read', 'write', 'delete', 'list'][i & 3]}"
	input.user.roles[_] == "role-${i % 17}"
}
`,
).join('\n')}`),
  query: 'data.test.allow = answer',
  input: {
    resource: `resource-${(size - 1) >> 2}`,
    action: ['read', 'write', 'delete', 'list'][(size - 1) & 3],
    user: { roles: ['other', `role-${(size - 1) % 17}`] },
  },
});

const crossModule: Make = (size) => ({
  policy: test(`ready_0 if contains(lower(input.text_0), lower("text_01"))
ready_1 if contains(lower(input.text_1), lower("text"))
ready_2 if contains(lower(input.text_2), lower("text_10"))

collected_all := pass(collected)

pass(x) := x

${times(
  size,
  (i) => `value_${i} := input.given_${i % 5}

value_${i} := collected_all.name_${i % 5}.result if {
	not input.given_${i % 5}
	is_null(collected_all.name_${i % 5}.error)
}

collected["name_${i % 5}"] := {"result": ${i % 5}, "error": null} if {
	ready_${i % 3}
	not ${i % 5} == 2
	not input.given_${i % 5}
}

decision := "allow" if value_${i} == ${i}
`,
).join('\n')}`),
  query: 'data.test.decision = answer',
  input: fields(4, () => 'text_10', 'text_'),
});

/** Iteration, rules, documents, comprehensions and functions. */
export const languageFamilies: Family[] = [
  [
    'array iteration',
    [10, 100, 1000, 10_000],
    iteration(
      (n) => `[x | some x in numbers.range(1, ${n})]`,
      (n) => times(n, (i) => i + 1).findIndex(() => true),
    ),
  ],
  [
    'set iteration',
    [10, 100, 1000, 10_000],
    iteration(
      (n) => `{x | some x in numbers.range(1, ${n})}`,
      (n) => new Set(times(n, (i) => i + 1)).values().next(),
    ),
  ],
  [
    'object iteration',
    [10, 100, 1000, 10_000],
    iteration(
      (n) => `{x: x | some x in numbers.range(1, ${n})}`,
      (n) => new Map(times(n, (i) => [i + 1, i + 1])).values().next(),
    ),
  ],
  [
    'input array, last of all',
    [512],
    (size) => {
      const foo = times(size, (i) => (i === size - 1 ? 'v' : 'a'));
      return {
        policy: test('default r := false\n\nr if input.foo[_] == "v"'),
        query: 'data.test.r = answer',
        input: { foo },
        floor: () => foo.some((x) => x === 'v'),
      };
    },
  ],
  [
    'set of the input, none of all',
    [512],
    (size) => {
      const foo = times(size, String);
      return {
        policy: test('s := {x | some x in input.foo}\n\ndefault r := false\n\nr if s[_] == "none"'),
        query: 'data.test.r = answer',
        input: { foo },
        floor: () => [...new Set(foo)].some((x) => x === 'none'),
      };
    },
  ],
  [
    'input object, none of all',
    [512],
    (size) => {
      const foo = fields(size, String);
      return {
        policy: test('default r := false\n\nr if input.foo[_] == "none"'),
        query: 'data.test.r = answer',
        input: { foo },
        floor: () => Object.values(foo).some((x) => x === 'none'),
      };
    },
  ],
  [
    'base array taken whole',
    [10, 10_000],
    (size) => ({
      policy: test('fixture := data.fixture\n\nmain if { x := fixture; count(x) > 0 }'),
      query: 'data.test.main = answer',
      data: { fixture: times(size, (i) => `whatever${i}`) },
    }),
  ],
  ['virtual documents, 1 hits', [1, 10, 100, 1000], virtualDocuments(() => 1)],
  ['virtual documents, 10 hit', [100, 1000], virtualDocuments(() => 10)],
  ['virtual documents, all hit', [100, 1000], virtualDocuments((size) => size)],
  [
    'partial object, one key',
    [10, 1000, 10_000],
    (size) => ({
      policy: test(`owner[name] := user if {
	some user in data.users
	name := data.names[user]
}

main := owner["name-${size - 1}"]`),
      query: 'data.test.main = answer',
      data: { users: times(size, (i) => `user-${i}`), names: fields(size, (i) => `name-${i}`, 'user-') },
    }),
  ],
  [
    'partial set, membership',
    [10, 1000, 10_000],
    (size) => ({
      policy: test(`allowed contains name if some name in data.names

main if {
	every name in data.asked { name in allowed }
}`),
      query: 'data.test.main = answer',
      data: {
        names: times(size, (i) => `name-${i}`),
        asked: times(10, (i) => `name-${Math.floor((i * size) / 10)}`),
      },
    }),
  ],
  [
    'base set lookup',
    [10, 1000, 100_000],
    (size) => ({
      policy: test(`main if data.users[input.user].admin`),
      query: 'data.test.main = answer',
      data: { users: fields(size, () => ({ admin: true }), 'user-') },
      input: { user: `user-${size - 1}` },
    }),
  ],
  ['roles and bindings', [10, 100, 1000], roles],
  ['access rules', [100, 1000, 5000], accessRules],
  ['rules of three kinds', [10, 100, 1000], crossModule],
  [
    'walk to one path',
    [100, 1000, 3000],
    (size) => ({
      policy: test(`main := x if walk(data.tree, [["arr", ${size - 1}], x])`),
      query: 'data.test.main = answer',
      data: { tree: { arr: times(size, (i) => i) } },
    }),
  ],
  [
    'walk over all',
    [4, 6],
    (size) => ({
      policy: test(`main := count(refs)

refs contains value if {
	walk(input, [_, value])
	is_ref(value)
}

is_ref(value) if value.type == "ref"

is_ref(value) if value[0].type == "ref"`),
      query: 'data.test.main = answer',
      input: tree(size),
    }),
  ],
  ['comprehension index, arrays', [10, 100, 1000], grouping('[', 'k', ']')],
  ['comprehension index, sets', [10, 100, 1000], grouping('{', 'k', '}')],
  ['comprehension index, objects', [10, 100, 1000], grouping('{', 'k: 1', '}')],
  [
    'function argument index',
    [10, 100, 1000],
    (size) => ({
      policy: test(times(size, (i) => `f(x) := y if { y := true; x == ${i} }`).join('\n')),
      query: `data.test.f(${size - 1}, answer)`,
    }),
  ],
  [
    'with, a hundred inputs',
    [100],
    (size) => ({
      policy: test(`allow if input.user in data.users

main := count([1 | some u in data.asked; allow with input as {"user": u}])`),
      query: 'data.test.main = answer',
      data: { users: times(size, (i) => `user-${i * 2}`), asked: times(size, (i) => `user-${i}`) },
    }),
  ],
  [
    'functions in a loop',
    [1000],
    (size) => ({
      policy: test(`level(x) := "high" if x > 900

level(x) := "low" if x <= 900

main := count([1 | some x in data.numbers; level(x) == "high"])`),
      query: 'data.test.main = answer',
      data: { numbers: times(size, (i) => i) },
    }),
  ],
  ['nothing but true', [1], () => ({ policy: test('main := true'), query: 'data.test.main = answer' })],
  [
    'reference into nothing',
    [100],
    (size) => ({
      policy: test('r contains true if data.things[_].bar'),
      query: 'data.test.r = answer',
      data: { things: fields(size, () => ({ foo: 'bar' })) },
    }),
  ],
];
