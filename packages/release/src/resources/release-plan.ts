import {
  type Condition,
  enforceSchema,
  FieldErrors,
  type KubeObject,
  type ResourceType,
  schemaWords,
} from '@assay/kube';
import { appstudioGroup, conditionsSchema } from '@assay/policy';
import { withPlanAuthor } from './author.ts';
import { releaseLabels } from './labels.ts';
import { requireBooleanLabel } from './matched.ts';
import { type ReleasePipeline, tenantPipelineSchema } from './pipeline-field.ts';

const { anyObject, flag, int32, labelValue, object, text } = schemaWords;

/** The team's consent: an Application may be released to a namespace. */
export interface ReleasePlan extends KubeObject {
  spec: {
    application?: string;
    componentGroup?: string;
    /** Namespace of the ReleasePlanAdmission. */
    target?: string;
    data?: Record<string, unknown>;
    tenantPipeline?: ReleasePipeline;
    finalPipeline?: ReleasePipeline;
    releaseGracePeriodDays?: number;
  };
  status?: { conditions?: Condition[]; releasePlanAdmission?: { name: string; active: boolean } };
}

export const ReleasePlans: ResourceType<ReleasePlan> = enforceSchema({
  group: appstudioGroup,
  version: 'v1alpha1',
  kind: 'ReleasePlan',
  plural: 'releaseplans',
  namespaced: true,
  hasStatus: true,
  shortNames: ['rp'],
  columns: [
    { name: 'Application', type: 'string', jsonPath: '.spec.application' },
    { name: 'Target', type: 'string', jsonPath: '.spec.target' },
  ],
  schema: object(
    {
      spec: object({
        application: labelValue,
        componentGroup: labelValue,
        target: labelValue,
        data: anyObject,
        tenantPipeline: tenantPipelineSchema,
        finalPipeline: tenantPipelineSchema,
        collectors: anyObject,
        releaseGracePeriodDays: int32,
      }),
      status: object({
        conditions: conditionsSchema,
        releasePlanAdmission: object({ name: text, active: flag }),
      }),
    },
    ['spec'],
  ),
  admitsMetadata: true,
  admit(given, { old, subresource, requester }) {
    if (subresource) return given;
    requireBooleanLabel(given, releaseLabels.autoRelease);
    const { spec, metadata } = given as ReleasePlan;
    const errors = new FieldErrors();
    if (spec.application === undefined && spec.componentGroup === undefined)
      errors.required('spec.application', 'name the application that is released by this plan');
    if (spec.application !== undefined && spec.componentGroup !== undefined)
      errors.forbidden('spec.componentGroup', 'a plan is for an application or for a component group');
    errors.throwIfAny(ReleasePlans, metadata.name);
    const labels = withPlanAuthor(given.metadata.labels, old && (old.metadata.labels ?? {}), requester);
    return { ...given, metadata: { ...given.metadata, labels } };
  },
});
