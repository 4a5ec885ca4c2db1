import { checkCases } from '../check-builtin.ts';
import { comparisonBuiltins } from './comparison.ts';

checkCases(comparisonBuiltins, [
  ['equal', ['1', '1.0'], 'true'],
  ['equal', ['{"a": [1]}', '{"a": [1]}'], 'true'],
  ['neq', ['1', '"1"'], 'true'],
  ['lt', ['"a"', '"b"'], 'true'],
  ['lt', ['null', 'false'], 'true'],
  ['lte', ['[1]', '[1]'], 'true'],
  ['gt', ['{1}', '{"a": 1}'], 'true'],
  ['gte', ['0.1', '0.10000000000000000000001'], 'false'],
  ['internal.member_2', ['1', '[0, 1]'], 'true'],
  ['internal.member_2', ['[1]', '{[1]}'], 'true'],
  ['internal.member_2', ['"v"', '{"k": "v"}'], 'true'],
  ['internal.member_2', ['"k"', '{"k": "v"}'], 'false'],
  ['internal.member_2', ['"a"', '"abc"'], 'false'],
  ['internal.member_3', ['1', '"b"', '["a", "b"]'], 'true'],
  ['internal.member_3', ['1.5', '"b"', '["a", "b"]'], 'false'],
  ['internal.member_3', ['-1', '"b"', '["a", "b"]'], 'false'],
  ['internal.member_3', ['"k"', '"v"', '{"k": "v"}'], 'true'],
  ['internal.member_3', ['"x"', '"x"', '{"x"}'], 'true'],
  ['internal.member_3', ['"x"', '"y"', '{"x", "y"}'], 'false'],
  ['internal.member_3', ['0', '"a"', '"a"'], 'false'],
]);
