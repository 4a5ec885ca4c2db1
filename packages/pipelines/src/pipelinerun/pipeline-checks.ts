import type { FieldError, PipelineRun, PipelineSpec, ValidationOptions } from '@assay/tekton';
import {
  checkPipelineRun,
  formatFieldErrors,
  pipelineRunReasons,
  tektonApiVersion,
  validatePipeline,
  validatePipelineRun,
} from '@assay/tekton';
import { Failure, userFailure } from './failure.ts';

/**
 * What is wrong with a run and its pipeline before any Task is known, in Tekton's order: the graph, the rules of
 * the kinds themselves, then params, workspaces and overrides of the run against the pipeline. The definition may
 * come from anywhere, so nothing is taken for granted.
 */
export function checkPipeline(
  run: PipelineRun,
  pipelineName: string,
  spec: PipelineSpec,
  options: ValidationOptions,
): Failure | undefined {
  const problem = checkPipelineRun(run, pipelineName, spec);
  if (problem?.reason === pipelineRunReasons.PipelineInvalidGraph)
    return new Failure(problem.reason, problem.message);
  const invalid = invalidFields(run, pipelineName, spec, options);
  if (invalid.length > 0) {
    const pipeline = `Pipeline ${run.metadata.namespace}/${pipelineName}`;
    const message = `${pipeline} can't be Run; it has an invalid spec: ${formatFieldErrors(invalid)}`;
    return userFailure('PipelineValidationFailed', message);
  }
  return problem && new Failure(problem.reason, problem.message);
}

function invalidFields(
  run: PipelineRun,
  name: string,
  spec: PipelineSpec,
  options: ValidationOptions,
): FieldError[] {
  const own = relativeTo('spec.pipelineSpec.', validatePipelineRun(run, options));
  if (run.spec.pipelineSpec || own.length > 0) return own;
  const pipeline = { apiVersion: tektonApiVersion, kind: 'Pipeline', metadata: { name }, spec };
  return relativeTo('spec.', validatePipeline(pipeline, options));
}

/** Paths as seen from the pipeline's spec. */
function relativeTo(prefix: string, errors: readonly FieldError[]): FieldError[] {
  const relative = (path: string) => (path.startsWith(prefix) ? path.slice(prefix.length) : path);
  return errors.map((error) => ({ ...error, paths: error.paths.map(relative) }));
}
