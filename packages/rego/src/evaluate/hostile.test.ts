import assert from 'node:assert/strict';
import test from 'node:test';
import { errorOf } from './check-policy.ts';

// Policies made to use up a machine. Each must end soon after its limits, with a clear error or with its value; the limits
// here are small so that the tests are fast.

const limits = { milliseconds: 400, memory: 400 * 1024 * 1024, elements: 2_000_000, characters: 4_000_000 };
/** Far more than the limit on time: what one call of a builtin may go over it, on a busy machine. */
const patience = 6_000;

const doubled = (count: number, first: string, next: (name: string) => string): string =>
  [`x0 := ${first}`, ...Array.from({ length: count }, (_, i) => `x${i + 1} := ${next(`x${i}`)}`)].join('\n\t');

const many = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join('');

const policies: Record<string, string> = {
  'sets of sets': `p := count({{a, b, c, d} | some a in s; some b in s; some c in s; some d in s}) if s := numbers.range(1, 300)`,
  'every subset': `p := x if {\n\tx0 := {{0}}\n\t${many(40, (i) => `x${i + 1} := x${i} | {y | some s in x${i}; y := s | {${i + 1}}}\n\t`)}x := count(x40)\n}`,
  'a huge range': 'p := numbers.range(0, 900000000000)',
  'a range of huge numbers':
    'p := count(numbers.range(1000000000000000000000000000000, 1000000000000000000000090000000))',
  'a range in steps': 'p := count(numbers.range_step(0, 900000000000, 3))',
  'many large ranges': 'p := [x | some i in numbers.range(1, 100000); x := numbers.range(1, 1000000)]',
  'text doubled by concat': `p := count(x60) if {\n\t${doubled(60, '"ab"', (x) => `concat("", [${x}, ${x}])`)}\n}`,
  'text doubled by sprintf': `p := count(x60) if {\n\t${doubled(60, '"ab"', (x) => `sprintf("%s%s", [${x}, ${x}])`)}\n}`,
  'text doubled by a template': `p := count(x60) if {\n\t${doubled(60, '"ab"', (x) => `$"{${x}}{${x}}"`)}\n}`,
  'text grown by replace': `p := count(x20) if {\n\t${doubled(20, '"aa"', (x) => `replace(${x}, "a", "aaaaaaaaaa")`)}\n}`,
  'text grown by replacing nothing': `p := count(x8) if {\n\t${doubled(8, '"aaaaaaaaaa"', (x) => `replace(${x}, "", ${x})`)}\n}`,
  'text grown by replace_n': `p := count(x20) if {\n\t${doubled(20, '"ab"', (x) => `strings.replace_n({"a": "abababab", "b": "babababa"}, ${x})`)}\n}`,
  'text grown by regex.replace': `p := count(x20) if {\n\t${doubled(20, '"aa"', (x) => `regex.replace(${x}, "a", "$0$0$0$0$0$0$0$0")`)}\n}`,
  'text grown by encoding': `p := count(x60) if {\n\t${doubled(60, '"\\\\\\""', (x) => `json.marshal(${x})`)}\n}`,
  'text grown by hex': `p := count(x60) if {\n\t${doubled(60, '"ab"', (x) => `hex.encode(${x})`)}\n}`,
  'text grown by quoting': `p := count(x60) if {\n\t${doubled(60, '"\\\\"', (x) => `sprintf("%q", [${x}])`)}\n}`,
  'text grown by escaping': `p := count(x60) if {\n\t${doubled(60, '"%"', (x) => `urlquery.encode(${x})`)}\n}`,
  'wide formats': `p := count([x | some i in numbers.range(1, 1000000); x := sprintf("%0999999d%999999s%.999999f", [i, "x", 1.5])])`,
  'arrays doubled': `p := count(x60) if {\n\t${doubled(60, '[1, 2]', (x) => `array.concat(${x}, ${x})`)}\n}`,
  'one array, shown as a tree': `p := x60 if {\n\t${doubled(60, '[1]', (x) => `[${x}, ${x}]`)}\n}`,
  'one array, printed as a tree': `p := count(sprintf("%v", [x60])) if {\n\t${doubled(60, '[1]', (x) => `[${x}, ${x}]`)}\n}`,
  'one array, written as a tree': `p := count(json.marshal(x60)) if {\n\t${doubled(60, '[1]', (x) => `[${x}, ${x}]`)}\n}`,
  'one array, hashed as a tree': `p := count({x60}) if {\n\t${doubled(60, '[1]', (x) => `[${x}, ${x}]`)}\n}`,
  'one object, hashed as a tree': `p := count({x60}) if {\n\t${doubled(60, '{"a": 1}', (x) => `{"a": ${x}, "b": [${x}]}`)}\n}`,
  'two arrays, compared as trees': `p if {\n\t${doubled(60, '[1]', (x) => `[${x}, ${x}]`)}\n\t${doubled(60, '[1]', (x) => `[${x}, ${x}]`).replaceAll('x', 'y')}\n\tx60 == y60\n}`,
  'two arrays, ordered as trees': `p if {\n\t${doubled(60, '[1]', (x) => `[${x}, ${x}]`)}\n\t${doubled(60, '[1]', (x) => `[${x}, ${x}]`).replaceAll('x', 'y')}\n\tx60 < y60\n}`,
  'one array, walked as a tree': `p := count([1 | walk(x60, _)]) if {\n\t${doubled(60, '[1]', (x) => `[${x}, ${x}]`)}\n}`,
  'one array, walked with paths': `p := count([path | walk(x60, [path, _])]) if {\n\t${doubled(60, '[1]', (x) => `[${x}, ${x}]`)}\n}`,
  'one array, flattened': `p := count(array.flatten(x60)) if {\n\t${doubled(60, '[1]', (x) => `[${x}, ${x}]`)}\n}`,
  'one object, united with itself': `p := count(object.union(x60, y60)) if {\n\t${doubled(60, '{"a": 1}', (x) => `{"a": ${x}, "b": ${x}}`)}\n\t${doubled(60, '{"a": 1}', (x) => `{"a": ${x}, "b": ${x}}`).replaceAll('x', 'y')}\n}`,
  'one object, filtered': `p := json.filter(x60, ["${'a/'.repeat(50)}a"]) if {\n\t${doubled(60, '{"a": 1}', (x) => `{"a": ${x}, "b": ${x}}`)}\n}`,
  'one object as YAML': `p := count(yaml.marshal(x60)) if {\n\t${doubled(60, '{"a": 1}', (x) => `{"a": ${x}, "b": ${x}}`)}\n}`,
  'one object against a schema': `p := json.match_schema(x60, {"$ref": "#/definitions/a", "definitions": {"a": {"additionalProperties": {"$ref": "#/definitions/a"}}}}) if {\n\t${doubled(60, '{"a": 1}', (x) => `{"a": ${x}, "b": ${x}}`)}\n}`,
  'a subset of itself': `p if {\n\t${doubled(60, '{"a": 1}', (x) => `{"a": ${x}, "b": ${x}}`)}\n\t${doubled(60, '{"a": 1}', (x) => `{"a": ${x}, "b": ${x}}`).replaceAll('x', 'y')}\n\tobject.subset(x60, y60)\n}`,
  'numbers squared': `p := x40 if {\n\t${doubled(40, '7', (x) => `${x} * ${x}`)}\n}`,
  'numbers shifted': 'p := count([x | some i in numbers.range(1, 1000000); x := bits.lsh(1, 300000 + i)])',
  'a number shifted out of sight': 'p := bits.lsh(1, 900000000000000)',
  'long divisions': `p := count([x | some i in numbers.range(1, 1000000); x := y % (z + i)]) if { y := bits.lsh(1, 330000); z := bits.lsh(1, 160000) }`,
  'long fractions': `p := x40 if {\n\t${doubled(40, '1.000000000000000000001', (x) => `${x} * ${x}`)}\n}`,
  'exponents far apart': 'p := 1e99999 + 1e-99999',
  'nested iterations': `p := count([1 | ${many(12, (i) => `some a${i} in numbers.range(1, 50); `)}true])`,
  'nested comprehensions': `p := ${'count([1 | some _ in numbers.range(1, '.repeat(12)}9${')])'.repeat(12)}`,
  'functions that call twice': `${many(60, (i) => `f${i}(x) := f${i + 1}(concat("", [x, "0"])) + f${i + 1}(concat("", [x, "1"]))\n`)}f60(x) := 1\np := f0("")`,
  'nothing equals anything': `p if { a := numbers.range(1, 100000); some i, j; a[i] == a[j] + 0.5 }`,
  'a patch of many copies': `p := count(json.marshal(json.patch({"a": [1]}, [x | some i in numbers.range(1, 60); x := {"op": "copy", "from": "/a", "path": "/a/-"}])))`,
  'a long patch of a long array': `p := count(json.patch(numbers.range(1, 300000), [x | some i in numbers.range(1, 300000); x := {"op": "add", "path": "/0", "value": i}]))`,
  'copies of a large object': `p := count([x | some i in numbers.range(1, 100000); x := json.patch(o, [{"op": "add", "path": "/x", "value": i}])]) if o := {k: 1 | some n in numbers.range(1, 10000); k := format_int(n, 10)}`,
  'regular expressions': `p := [x | some i in numbers.range(1, 100000); x := regex.match("^(a|a)*(a|aa)+(.*)*$", concat("", [s, format_int(i, 10), "!"]))] if s := concat("", [c | some _ in numbers.range(1, 20000); c := "a"])`,
  'repetitions of repetitions': 'p := regex.match("((((a{1,900}){1,900}){1,900}){1,900}){1,900}", "a")',
  'a regular expression for every number': `p := count([x | some i in numbers.range(1, 1000000); x := regex.match(sprintf("^([a-z]{1,200}%d){1,4}$", [i]), "abc")])`,
  'all matches of nothing': `p := count(regex.find_n("", s, -1)) if s := concat("", [c | some _ in numbers.range(1, 1000000); c := "aaaa"])`,
  'matches of many groups': `p := count(regex.find_all_string_submatch_n("${'(a)'.repeat(50)}", s, -1)) if s := concat("", [c | some _ in numbers.range(1, 100000); c := "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"])`,
  'globs': `p := glob.match("${'*a'.repeat(60)}{b,{c,*}}", null, s) if s := concat("", [c | some _ in numbers.range(1, 30000); c := "a"])`,
  'nested globs': `p := glob.match("${'{*,a,'.repeat(40)}b${'}'.repeat(40)}c", [], s) if s := concat("", [c | some _ in numbers.range(1, 3000); c := "a"])`,
  'globs in common': `p := regex.globs_match("${'.*a'.repeat(300)}", "${'a.*'.repeat(300)}b")`,
  'a pattern in a schema': `p := json.match_schema({"a": s}, {"properties": {"a": {"pattern": "^(a+)+$"}}}) if s := concat("", [c | some _ in numbers.range(1, 100000); c := "a"])`,
  'a schema that needs itself': `p := json.match_schema({"a": 1}, {"$ref": "#/definitions/a", "definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}})`,
  'a schema of choices': `p := json.match_schema(x, {"$ref": "#/definitions/a", "definitions": {"a": {"anyOf": [${many(8, () => '{"items": {"$ref": "#/definitions/a"}, "minItems": 1},')}{"type": "null"}]}}}) if x := ${'['.repeat(14)}1${']'.repeat(14)}`,
  'unique items': `p := json.match_schema(numbers.range(1, 100000), {"uniqueItems": true})`,
  'aliases in YAML': `p := yaml.unmarshal("a: &a [x, x, x, x, x, x, x, x, x]\\n${many(12, (i) => `${String.fromCharCode(98 + i)}: &${String.fromCharCode(98 + i)} [${`*${String.fromCharCode(97 + i)}, `.repeat(9)}]\\n`)}")`,
  'deep JSON': `p := json.unmarshal(concat("", [concat("", [c | some _ in numbers.range(1, 1000000); c := "["]), "1"]))`,
  'deep YAML': `p := yaml.unmarshal(concat("", [c | some _ in numbers.range(1, 100000); c := "["]))`,
  'paths through a graph': `p := count(graph.reachable_paths({n: m | some n in ns; m := ns}, {"0"})) if ns := {s | some i in numbers.range(0, 14); s := format_int(i, 10)}`,
  'a graph that is reached often': `p := [x | some i in numbers.range(1, 10000); x := count(graph.reachable({n: m | some n in ns; m := ns}, {"0"}))] if ns := {s | some j in numbers.range(0, 200); s := format_int(j, 10)}`,
  'addresses of a network': 'p := count(net.cidr_expand("10.0.0.0/4"))',
  'networks merged': `p := count(net.cidr_merge([x | some a in numbers.range(0, 255); some b in numbers.range(0, 255); some c in numbers.range(0, 3); x := sprintf("%d.%d.%d.0/30", [a, b, c])]))`,
  'networks in networks': `p := count(net.cidr_contains_matches(xs, xs)) if xs := [x | some a in numbers.range(0, 255); some b in numbers.range(0, 40); x := sprintf("10.%d.%d.0/24", [a, b])]`,
  'prefixes of prefixes': `p := strings.any_prefix_match(a, a2) if { a := [x | some i in numbers.range(1, 50000); x := sprintf("a%d", [i])]; a2 := [x | some i in numbers.range(1, 50000); x := sprintf("b%d", [i])] }`,
  'set differences': 'p := count([x | some i in numbers.range(1, 100000); x := s - {i}]) if s := {x | some x in numbers.range(1, 100000)}',
  'large keys': 'p := {[a, b]: c | some i in numbers.range(1, 1000000); a := numbers.range(1, i); b := i; c := i}',
  'sorted again and again': `p := count([x | some i in numbers.range(1, 100000); x := sort(array.concat(a, [i]))]) if a := numbers.range(1, 100000)`,
  'keys for a signature': `p := io.jwt.verify_rs256("eyJhbGciOiJSUzI1NiJ9.e30.AAAA", json.marshal({"kty": "RSA", "e": n, "n": n})) if n := base64url.encode_no_pad(concat("", [c | some _ in numbers.range(1, 30000); c := "zzzz"]))`,
  'a template that loops': `p := strings.render_template("{{range $a := .x}}{{range $b := $.x}}{{range $c := $.x}}{{range $d := $.x}}x{{end}}{{end}}{{end}}{{end}}", {"x": numbers.range(1, 2000)})`,
  'a module in a policy': `p := rego.parse_module("x", concat("", ["package a\\np := ", concat("", [c | some _ in numbers.range(1, 100000); c := "["])]))`,
  'fragments in GraphQL': `p := graphql.is_valid("query { ...a0 } ${many(300, (i) => `fragment a${i} on Query { ...a${(i + 1) % 300} ...a${(i + 2) % 300} }`)}", "type Query { a: String }")`,
  'fields in GraphQL': `p := graphql.is_valid(concat("", ["{", concat(" ", [c | some _ in numbers.range(1, 5000); c := "a"]), "}"]), "type Query { a: String }")`,
  'units': `p := units.parse(concat("", [concat("", [c | some _ in numbers.range(1, 1000000); c := "9"]), "e999999"]))`,
  'versions': `p := semver.compare(s, s) if s := concat("", [concat("", [c | some _ in numbers.range(1, 1000000); c := "9"]), ".0.0"])`,
  'numbers from text': `p := to_number(concat("", [c | some _ in numbers.range(1, 1000000); c := "9"]))`,
  'durations': `p := time.parse_duration_ns(concat("", [c | some _ in numbers.range(1, 1000000); c := "1h1m"]))`,
};

for (const [name, policy] of Object.entries(policies)) {
  test(`${name}: ends in time`, () => {
    const started = performance.now();
    const outcome = errorOf(policy, { limits });
    const took = performance.now() - started;
    assert.match(outcome, /^eval_cancel_error: |^no error: /);
    assert.ok(took < patience, `took ${Math.round(took)} ms: ${outcome.slice(0, 200)}`);
  });
}
