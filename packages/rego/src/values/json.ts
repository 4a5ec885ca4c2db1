export { JsonError, maxJsonDepth, parseJson } from './json-parser.ts';
export { type JsonStyle, jsonKey, quoteJson, stringifyJson } from './json-writer.ts';
export { fromJs, toJs } from './plain.ts';
