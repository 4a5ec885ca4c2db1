import {
  type Condition,
  enforceSchema,
  FieldErrors,
  type KubeObject,
  type ResourceType,
  schemaWords,
} from '@assay/kube';
import { appstudioGroup, conditionsSchema } from '@assay/policy';
import { releaseLabels } from './labels.ts';
import { requireBooleanLabel } from './matched.ts';
import { pipelineSchema, type ReleasePipeline } from './pipeline-field.ts';

const { anyObject, flag, labelValue, list, object, text } = schemaWords;

/** The managed side's consent: what a namespace may have released here, by which policy and pipeline. */
export interface ReleasePlanAdmission extends KubeObject {
  spec: {
    applications?: string[];
    componentGroups?: string[];
    /** Namespace that releases may come from. */
    origin: string;
    /** Name of an EnterpriseContractPolicy in the admission's namespace. */
    policy: string;
    pipeline?: ReleasePipeline;
    data?: Record<string, unknown>;
    environment?: string;
  };
  status?: { conditions?: Condition[]; releasePlans?: { name: string; active: boolean }[] };
}

export const ReleasePlanAdmissions: ResourceType<ReleasePlanAdmission> = enforceSchema({
  group: appstudioGroup,
  version: 'v1alpha1',
  kind: 'ReleasePlanAdmission',
  plural: 'releaseplanadmissions',
  namespaced: true,
  hasStatus: true,
  shortNames: ['rpa'],
  columns: [
    { name: 'Environment', type: 'string', jsonPath: '.spec.environment' },
    { name: 'Origin', type: 'string', jsonPath: '.spec.origin' },
  ],
  schema: object(
    {
      spec: object(
        {
          applications: list(labelValue),
          componentGroups: list(labelValue),
          origin: labelValue,
          policy: labelValue,
          pipeline: pipelineSchema,
          data: anyObject,
          environment: labelValue,
          collectors: anyObject,
        },
        ['origin', 'policy'],
      ),
      status: object({
        conditions: conditionsSchema,
        releasePlans: list(object({ name: text, active: flag }, ['name'])),
        retryInfo: anyObject,
      }),
    },
    ['spec'],
  ),
  admitsMetadata: true,
  admit(given, { subresource }) {
    if (subresource) return given;
    requireBooleanLabel(given, releaseLabels.blockReleases);
    const { spec, metadata } = given as ReleasePlanAdmission;
    const errors = new FieldErrors();
    if ((spec.applications?.length ?? 0) + (spec.componentGroups?.length ?? 0) === 0)
      errors.required('spec.applications', 'name at least one application that may be released');
    if (spec.applications?.length && spec.componentGroups?.length)
      errors.forbidden('spec.componentGroups', 'an admission is for applications or for component groups');
    errors.throwIfAny(ReleasePlanAdmissions, metadata.name);
    return given;
  },
});
