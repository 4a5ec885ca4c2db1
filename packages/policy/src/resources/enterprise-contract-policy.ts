import { enforceSchema, type KubeObject, type ResourceType, schemaWords } from '@assay/kube';
import type { PolicySpec } from '../spec/policy-spec.ts';
import { appstudioGroup } from './appstudio.ts';

const { anyObject, list, object, text } = schemaWords;

/** What an image must satisfy, and where the rules and their data are (conforma/crds). */
export interface EnterpriseContractPolicy extends KubeObject {
  spec: PolicySpec;
}

const criteria = list(text);
const identity = object({ subject: text, subjectRegExp: text, issuer: text, issuerRegExp: text });
const digest = { ...text, pattern: '^sha256:[a-fA-F0-9]{64}$' };
const volatileCriteria = list(
  object(
    {
      value: text,
      effectiveOn: text,
      effectiveUntil: text,
      imageRef: digest,
      imageDigest: digest,
      imageUrl: text,
      componentNames: list(text),
      reference: text,
    },
    ['value'],
  ),
);
const source = object(
  {
    name: text,
    policy: { ...list(text), minItems: 1 },
    data: list(text),
    ruleData: anyObject,
    config: object({ include: criteria, exclude: criteria }),
    volatileConfig: object({ include: volatileCriteria, exclude: volatileCriteria }),
  },
  ['policy'],
);

export const EnterpriseContractPolicies: ResourceType<EnterpriseContractPolicy> = enforceSchema({
  group: appstudioGroup,
  version: 'v1alpha1',
  kind: 'EnterpriseContractPolicy',
  plural: 'enterprisecontractpolicies',
  namespaced: true,
  hasStatus: true,
  shortNames: ['ecp'],
  schema: object(
    {
      spec: object(
        {
          name: text,
          description: text,
          publicKey: text,
          rekorUrl: text,
          identity,
          sources: { ...list(source), minItems: 1 },
          configuration: object({ include: criteria, exclude: criteria, collections: criteria }),
        },
        ['sources'],
      ),
      status: anyObject,
    },
    ['spec'],
  ),
});
