import { schemaWords } from '@assay/kube';

const { anyObject, list, object, text } = schemaWords;

/** `pipeline` of a plan or an admission: what runs, as whom. */
export interface ReleasePipeline {
  pipelineRef: { resolver?: string; name?: string; params?: { name: string; value: string }[] };
  serviceAccountName?: string;
  timeouts?: { pipeline?: string; tasks?: string; finally?: string };
  taskRunSpecs?: unknown[];
  maxRetries?: number;
}

const fields = {
  pipelineRef: object({
    resolver: text,
    name: text,
    params: list(object({ name: text, value: text }, ['name', 'value'])),
    ociStorage: text,
    useEmptyDir: schemaWords.flag,
  }),
  serviceAccountName: text,
  timeouts: object({ pipeline: text, tasks: text, finally: text }),
  taskRunSpecs: list(anyObject),
  maxRetries: schemaWords.int32,
};

export const pipelineSchema = object(fields, ['pipelineRef']);
/** Of a plan, whose pipelines may have params of their own. */
export const tenantPipelineSchema = object(
  { ...fields, params: list(object({ name: text, value: text }, ['name', 'value'])) },
  ['pipelineRef'],
);
