import { type Condition, enforceSchema, type KubeObject, type ResourceType, schemaWords } from '@assay/kube';
import { appstudioGroup, conditionsSchema, statusColumns } from '@assay/policy';

const { list, object, text } = schemaWords;

export interface GitSource {
  url: string;
  revision?: string;
  context?: string;
  dockerfileUrl?: string;
}

/** One thing that is built of an Application. */
export interface Component extends KubeObject {
  spec: {
    application: string;
    componentName: string;
    source?: { git?: GitSource };
    /** The repository that builds push to. */
    containerImage?: string;
    'build-nudges-ref'?: string[];
  };
  status?: {
    conditions?: Condition[];
    lastBuiltCommit?: string;
    /** By digest: the candidate that Snapshots of the other components take. */
    lastPromotedImage?: string;
  };
}

export const Components: ResourceType<Component> = enforceSchema({
  group: appstudioGroup,
  version: 'v1alpha1',
  kind: 'Component',
  plural: 'components',
  namespaced: true,
  hasStatus: true,
  shortNames: ['hascmp', 'hc', 'comp'],
  columns: statusColumns,
  schema: object(
    {
      spec: object(
        {
          application: schemaWords.labelValue,
          componentName: schemaWords.labelValue,
          source: object({
            git: object({ url: text, revision: text, context: text, dockerfileUrl: text }, ['url']),
          }),
          containerImage: text,
          'build-nudges-ref': list(text),
        },
        ['application', 'componentName'],
      ),
      status: object({ conditions: conditionsSchema, lastBuiltCommit: text, lastPromotedImage: text }),
    },
    ['spec'],
  ),
});
