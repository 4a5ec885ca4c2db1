import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const compiled = new Map<string, (text: string) => boolean>();
const maxCompiled = 1000;

/**
 * A user's regular expression (RE2's syntax, as Go has it), matched in linear time. The library is loaded with the first.
 * @throws Error when it is not one
 */
export function patternTest(pattern: string): (text: string) => boolean {
  let test = compiled.get(pattern);
  if (!test) {
    const { RE2JS } = require('@bufbuild/re2') as typeof import('@bufbuild/re2');
    const expression = RE2JS.compile(pattern);
    test = (text) => expression.test(text);
    if (compiled.size >= maxCompiled) compiled.clear();
    compiled.set(pattern, test);
  }
  return test;
}
