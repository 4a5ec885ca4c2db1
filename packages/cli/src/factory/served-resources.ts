import {
  type AdmissionContext,
  apiVersionOf,
  type JsonSchema,
  KubeError,
  type KubeObject,
  type PrinterColumn,
  type ResourceType,
  structuralSchema,
} from '@assay/kube';
import {
  CustomRuns,
  formatFieldErrors,
  localFeatureFlags,
  type PipelineRun,
  PipelineRuns,
  Pipelines,
  StepActions,
  setDefaults,
  type TaskRun,
  TaskRuns,
  Tasks,
  tektonJsonSchemas,
  type ValidationOptions,
  VerificationPolicies,
  validateObject,
  validatePipelineRunUpdate,
  validateTaskRunUpdate,
} from '@assay/tekton';

/** The columns that Tekton's own definitions print for runs. */
const runColumns: readonly PrinterColumn[] = [
  { name: 'Succeeded', type: 'string', jsonPath: '.status.conditions[?(@.type=="Succeeded")].status' },
  { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Succeeded")].reason' },
  { name: 'StartTime', type: 'date', jsonPath: '.status.startTime' },
  { name: 'CompletionTime', type: 'date', jsonPath: '.status.completionTime' },
];

const categories = ['tekton', 'tekton-pipelines'];

/** Open where the schema does not say what it holds, as Tekton's own status is. */
function withOpenStatus(schema: JsonSchema): JsonSchema {
  const status = schema.properties?.status;
  if (!status) return schema;
  const open: JsonSchema = { ...status, 'x-kubernetes-preserve-unknown-fields': true };
  return { ...schema, properties: { ...schema.properties, status: open } };
}

function updateErrors(object: KubeObject, old: KubeObject) {
  switch (object.kind) {
    case 'TaskRun':
      return validateTaskRunUpdate(old as TaskRun, object as TaskRun);
    case 'PipelineRun':
      return validatePipelineRunUpdate(old as PipelineRun, object as PipelineRun);
    default:
      return [];
  }
}

/**
 * What Tekton's webhooks do with an object that is written: defaults, then validation in its words.
 * @throws KubeError BadRequest, as a webhook that denies the request
 */
function admit(
  object: KubeObject,
  { old, subresource }: AdmissionContext,
  options: ValidationOptions,
): KubeObject {
  if (subresource) return object;
  const defaulted = setDefaults(object, options.defaults);
  const errors = [...validateObject(defaulted, options), ...(old ? updateErrors(defaulted, old) : [])];
  if (errors.length === 0) return defaulted;
  throw new KubeError(
    'BadRequest',
    `admission webhook "validation.webhook.pipeline.tekton.dev" denied the request: validation failed: ${formatFieldErrors(errors)}`,
  );
}

/**
 * The resources of Tekton as the factory serves them, and what loads their schemas.
 * @param options what objects may ask for, and what they get where they ask for nothing
 */
export function tektonResources(options: ValidationOptions = { featureFlags: localFeatureFlags }): {
  resources: ResourceType[];
  loadSchemas(): Promise<void>;
} {
  let schemas = new Map<string, unknown>();
  const served = (resource: ResourceType, more: Partial<ResourceType> = {}): ResourceType => ({
    ...resource,
    categories,
    schema: () => withOpenStatus(structuralSchema(schemas.get(`${apiVersionOf(resource)} ${resource.kind}`))),
    admit: (object, context) => admit(object, context, options),
    ...more,
  });
  return {
    resources: [
      served(Tasks),
      served(Pipelines),
      served(TaskRuns, { shortNames: ['tr', 'trs'], columns: runColumns }),
      served(PipelineRuns, { shortNames: ['pr', 'prs'], columns: runColumns }),
      served(StepActions),
      served(CustomRuns, { columns: runColumns }),
      served(VerificationPolicies),
    ],
    async loadSchemas() {
      schemas = await tektonJsonSchemas();
    },
  };
}
