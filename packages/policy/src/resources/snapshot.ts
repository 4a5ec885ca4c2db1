import { isDeepStrictEqual } from 'node:util';
import {
  type Condition,
  enforceSchema,
  FieldErrors,
  type KubeObject,
  type ResourceType,
  schemaWords,
} from '@assay/kube';
import { isDigest, parseReference } from '@assay/oci';
import { appstudioGroup } from './appstudio.ts';
import { conditionsSchema } from './status-fields.ts';

const { anyObject, list, object, text } = schemaWords;

/** The images of an Application at one time, judged and released together. Its spec never changes. */
export interface Snapshot extends KubeObject {
  spec: {
    application: string;
    displayName?: string;
    displayDescription?: string;
    components?: {
      name: string;
      /** By digest. */
      containerImage: string;
      source?: { git?: { url: string; revision: string } };
    }[];
    artifacts?: Record<string, unknown>;
  };
  status?: { conditions?: Condition[] };
}

/** What names an image so that nobody can change it: by digest. @returns why it does not, or undefined */
export function pinObjection(image: string): string | undefined {
  try {
    const { digest } = parseReference(image);
    if (digest !== undefined && isDigest(digest)) return undefined;
    return 'must name the image by its digest: a tag can be moved to another image';
  } catch (error) {
    return (error as Error).message;
  }
}

export const Snapshots: ResourceType<Snapshot> = enforceSchema({
  group: appstudioGroup,
  version: 'v1alpha1',
  kind: 'Snapshot',
  plural: 'snapshots',
  namespaced: true,
  hasStatus: true,
  shortNames: ['as'],
  schema: object(
    {
      spec: object(
        {
          application: schemaWords.labelValue,
          displayName: text,
          displayDescription: text,
          components: list(
            object(
              {
                name: schemaWords.labelValue,
                containerImage: text,
                source: object({ git: object({ url: text, revision: text }, ['url', 'revision']) }),
              },
              ['name', 'containerImage'],
            ),
          ),
          artifacts: anyObject,
        },
        ['application'],
      ),
      status: object({ conditions: conditionsSchema }),
    },
    ['spec'],
  ),
  admit(given, { old, subresource }) {
    if (subresource) return given;
    const snapshot = given as Snapshot;
    const errors = new FieldErrors();
    snapshot.spec.components?.forEach(({ containerImage }, index) => {
      const objection = pinObjection(containerImage);
      if (objection) errors.invalid(`spec.components[${index}].containerImage`, containerImage, objection);
    });
    if (old && !isDeepStrictEqual((old as Snapshot).spec, snapshot.spec))
      errors.forbidden('spec', 'a Snapshot never changes: make another one');
    errors.throwIfAny(Snapshots, snapshot.metadata.name);
    return given;
  },
});
