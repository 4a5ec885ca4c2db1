export { annotationObject } from './annotations/annotation-object.ts';
export type { AnnotationReference } from './annotations/annotation-set.ts';
export { annotationsOf } from './annotations/annotation-set.ts';
export type { BuiltinContext, BuiltinDeclaration, RegoType } from './builtins/builtin.ts';
export { BuiltinFault } from './builtins/builtin.ts';
export type { HostBuiltin } from './builtins/host-builtin.ts';
export { type Capabilities, ownBuiltins } from './builtins/registry.ts';
export {
  RegoError,
  type RegoErrorCode,
  type RegoProblem,
  regoErrorCodes,
} from './error.ts';
export type { EvaluateOptions } from './evaluate/evaluate.ts';
export type { Limits } from './evaluate/evaluation.ts';
export { type CompileOptions, compile, Policy, PreparedQuery } from './evaluate/policy.ts';
export type { ExpressionValue, QueryResult, QuerySettings } from './evaluate/query.ts';
export type { TraceEvent, Tracer } from './evaluate/trace.ts';
export { type FormatOptions, formatModule, sameMeaning } from './format/format.ts';
export {
  annotationToJson,
  moduleToJson,
  pathJson,
  type TreeJson,
} from './format/module-json.ts';
export { type CapabilitiesDocument, ownCapabilities } from './inspect/capabilities.ts';
export { dependenciesOf, type QueryDependencies } from './inspect/dependencies.ts';
export { parseDocument } from './inspect/documents.ts';
export type * from './syntax/ast.ts';
export { type ParseOptions, parseModule, parseQuery, parseTerm } from './syntax/parse.ts';
export { formatProblems } from './syntax/problem-text.ts';
export type { Difference } from './test-runner/differences.ts';
export { durationText, parseDuration } from './test-runner/duration.ts';
export type { Failure } from './test-runner/failure.ts';
export { prettyTestReport, type ReportOptions, testResultsJson } from './test-runner/report.ts';
export { prepareTests, type TestOptions, type TestResult, type TestRun } from './test-runner/run-tests.ts';
export type { SubResult } from './test-runner/sub-results.ts';
export { Coverage, type CoverageReport, type FileCoverage } from './trace/coverage.ts';
export { type ExplainMode, filterTrace, TraceRecorder, traceText } from './trace/explanation.ts';
export { type LineProfile, type ProfileKey, Profiler } from './trace/profile.ts';
export { compare, equal } from './values/compare.ts';
export { Decimal } from './values/decimal.ts';
export { fromJs, parseJson, stringifyJson, toJs } from './values/json.ts';
export { RegoObject } from './values/rego-object.ts';
export { RegoSet } from './values/rego-set.ts';
export { termText } from './values/term-text.ts';
export type { Scalar, TypeName, Value } from './values/value.ts';
