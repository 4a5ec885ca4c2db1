import type { KubeObject } from '@assay/kube';
import type { CustomRun } from '../types/customrun.ts';
import type { Pipeline } from '../types/pipeline.ts';
import type { PipelineRun } from '../types/pipelinerun.ts';
import { tektonGroup } from '../types/resources.ts';
import type { StepAction, Task } from '../types/task.ts';
import type { TaskRun } from '../types/taskrun.ts';
import type { VerificationPolicy } from '../types/verification-policy.ts';
import { validateCustomRun } from './custom-run.ts';
import type { FieldError } from './field-error.ts';
import { Findings, mergeFieldErrors } from './field-error.ts';
import { asGoReads } from './go-reading.ts';
import { validateMetadata } from './names.ts';
import type { ValidationOptions } from './options.ts';
import { validatePipeline } from './pipeline.ts';
import { validateQuantities } from './quantities.ts';
import { validatePipelineRun, validateTaskRun } from './runs.ts';
import { validateStepAction } from './step-action.ts';
import { validateTask } from './task.ts';
import { validateVerificationPolicy } from './verification-policy.ts';

/** Validates any object by its kind; of kinds that are not Tekton's only the metadata. Call after `setDefaults`. */
export function validateObject(given: KubeObject, options: ValidationOptions = {}): FieldError[] {
  if (!given.apiVersion.startsWith(`${tektonGroup}/`)) return validateKind(given, '', options);
  const object = asGoReads(given);
  const findings = new Findings(validateKind(object, object.kind, options));
  validateQuantities((object as KubeObject & { spec?: unknown }).spec, findings.at('spec'));
  return mergeFieldErrors(findings.errors);
}

function validateKind(object: KubeObject, tektonKind: string, options: ValidationOptions): FieldError[] {
  switch (tektonKind) {
    case 'Task':
      return validateTask(object as unknown as Task, options);
    case 'Pipeline':
      return validatePipeline(object as unknown as Pipeline, options);
    case 'TaskRun':
      return validateTaskRun(object as unknown as TaskRun, options);
    case 'PipelineRun':
      return validatePipelineRun(object as unknown as PipelineRun, options);
    case 'StepAction':
      return validateStepAction(object as unknown as StepAction, options);
    case 'CustomRun':
      return validateCustomRun(object as unknown as CustomRun);
    case 'VerificationPolicy':
      return validateVerificationPolicy(object as unknown as VerificationPolicy);
    default: {
      const findings = new Findings();
      validateMetadata(object.metadata, findings.at('metadata'));
      return mergeFieldErrors(findings.errors);
    }
  }
}
