import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RegoError } from '../src/error.ts';
import { formatModule, sameMeaning } from '../src/format/format.ts';
import { moduleToJson } from '../src/format/module-json.ts';
import { parseModule } from '../src/syntax/parse.ts';
import { fuzzInput, seededRandom } from './fuzz-inputs.ts';

test('hostile texts are read or refused with a RegoError, and what is read can be formatted', () => {
  const random = seededRandom(7);
  let accepted = 0;
  for (let i = 0; i < 6_000; i += 1) {
    const text = fuzzInput(random);
    const v0 = i % 4 === 0;
    try {
      const module = parseModule(text, { v0 });
      accepted += 1;
      moduleToJson(module, { locations: true, comments: true });
      const from = v0 ? 'v0' : 'v1';
      assert.ok(sameMeaning(text, formatModule(text, { from }), { from }), text);
    } catch (error) {
      if (!(error instanceof RegoError))
        throw new Error(`input ${i}: ${JSON.stringify(text)}`, { cause: error });
      assert.ok(error.errors.length > 0);
      assert.ok(error.errors.every(({ code }) => code.startsWith('rego_')));
    }
  }
  assert.ok(accepted > 100, `${accepted} accepted`);
});
