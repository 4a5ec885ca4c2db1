import type { Builtin } from './builtin.ts';
import { aggregateBuiltins } from './collections/aggregates.ts';
import { arrayBuiltins } from './collections/arrays.ts';
import { objectBuiltins } from './collections/objects.ts';
import { setBuiltins } from './collections/sets.ts';
import { comparisonBuiltins } from './comparison/comparison.ts';
import { globBuiltins } from './glob/glob.ts';
import { jsonEditingBuiltins } from './json/editing.ts';
import { jsonEncodingBuiltins } from './json/encoding.ts';
import { jsonSchemaBuiltins } from './json-schema/json-schema.ts';
import { arithmeticBuiltins } from './numbers/arithmetic.ts';
import { bitsBuiltins } from './numbers/bits.ts';
import { rangeBuiltins } from './numbers/ranges.ts';
import { regexBuiltins } from './regex/regex.ts';
import { sprintfBuiltins } from './sprintf/sprintf.ts';
import { editingBuiltins } from './strings/editing.ts';
import { searchBuiltins } from './strings/search.ts';
import { tracingBuiltins } from './tracing.ts';
import { typeBuiltins } from './types/types.ts';
import { walkBuiltins } from './walk.ts';

/** The builtins that belong to the language and its values; those of formats, time, networks and tokens are in `further.ts`. */
export const coreBuiltins: readonly Builtin[] = [
  ...comparisonBuiltins,
  ...arithmeticBuiltins,
  ...bitsBuiltins,
  ...rangeBuiltins,
  ...aggregateBuiltins,
  ...arrayBuiltins,
  ...setBuiltins,
  ...objectBuiltins,
  ...typeBuiltins,
  ...searchBuiltins,
  ...editingBuiltins,
  ...sprintfBuiltins,
  ...regexBuiltins,
  ...globBuiltins,
  ...jsonEncodingBuiltins,
  ...jsonEditingBuiltins,
  ...jsonSchemaBuiltins,
  ...walkBuiltins,
  ...tracingBuiltins,
];
