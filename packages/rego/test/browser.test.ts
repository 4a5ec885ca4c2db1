import assert from 'node:assert/strict';
import { accessSync } from 'node:fs';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import { chromium } from 'playwright-core';
import { compile } from '../src/index.ts';
import { bundleForBrowsers } from './bundle.ts';

const policy = `package shop

default allow := false

allow if {
	some role in input.user.roles
	data.grants[role][_] == input.action
	regex.match("^[a-z]+(-[a-z]+)*$", input.action)
}

report := {
	"sum": sum([9007199254740993, 1.5, -2]),
	"sorted": {"b", "a", "é", "😀"},
	"hash": crypto.sha256("assay"),
	"weekday": time.weekday([1700000000000000000, "Europe/Prague"]),
	"date": time.format([1700000000000000000, "America/New_York", "RFC1123"]),
	"text": sprintf("%s=%05d|%v", ["a", 42, {"k": [1, null]}]),
	"yaml": yaml.unmarshal("a: [1, yes, ~]"),
	"schema": json.match_schema({"a": 1}, {"properties": {"a": {"type": "string"}}}),
	"token": io.jwt.encode_sign({"alg": "HS256"}, {"sub": "me"}, {"kty": "oct", "k": "c2VjcmV0"}),
	"glob": glob.match("*.example.com", [], "api.example.com"),
	"paths": count([path | walk(input, [path, _])]),
	"bits": bits.lsh(1, 70),
}
`;
const input = { user: { roles: ['guest', 'clerk'] }, action: 'sell' };
const data = { grants: { clerk: ['sell', 'count-stock'] } };
const query = 'data.shop.allow = allow; data.shop.report = report';

/** What runs where the bundle was loaded. The text of the answer shows bigints as Node would. */
const script = `JSON.stringify(
  rego.compile({ modules: { 'shop.rego': ${JSON.stringify(policy)} }, data: ${JSON.stringify(data)} })
    .evaluate(${JSON.stringify(query)}, { input: ${JSON.stringify(input)} }),
  (_, value) => typeof value === 'bigint' ? value + 'n' : value,
)`;

function answerHere(): string {
  const answer = compile({ modules: { 'shop.rego': policy }, data }).evaluate(query, { input });
  return JSON.stringify(answer, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
}

const bundle = bundleForBrowsers();

test('the package bundles into one script that imports nothing', async () => {
  const { imports, warnings, code } = await bundle;
  assert.deepEqual(imports, []);
  assert.deepEqual(warnings, []);
  assert.ok(code.length < 1_200_000, `${code.length} characters`);
});

test('a policy gives the same answer without anything of Node', async () => {
  const { code } = await bundle;
  const context = createContext({ performance, TextEncoder, TextDecoder });
  runInContext(`'use strict';${code}\nglobalThis.rego = rego;`, context);
  assert.equal(runInContext(script, context), answerHere());
});

/** Debian's packages chromium-headless-shell and chromium. */
const browser = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((path) => {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
});

test('a policy gives the same answer in a browser that forbids making code from text', {
  skip: browser === undefined && 'chromium-headless-shell is not installed',
}, async () => {
  const { code } = await bundle;
  const running = await chromium.launch({ executablePath: browser!, args: ['--no-sandbox'] });
  try {
    const page = await running.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => faults.push(message.text()));
    const csp = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'">`;
    const answer = `document.title = ${script}`;
    await page.setContent(
      `<!doctype html>${csp}<script>${code.replaceAll('</script', '<\\/script')}</script><script>${answer}</script>`,
    );
    assert.deepEqual(faults, []);
    assert.equal(await page.title(), answerHere());
  } finally {
    await running.close();
  }
});
