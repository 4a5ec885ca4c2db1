import type { Condition, KubeObject, PrinterColumn, ResourceType } from '../object.ts';
import type { JsonSchema } from '../schema/json-schema.ts';
import { kindOf } from '../schema/metadata-schema.ts';
import {
  anyObject,
  flag,
  int32,
  list,
  listBy,
  object,
  say,
  setOf,
  text,
} from '../schema/schema-shorthand.ts';
import { createdAtColumn } from '../table/age-column.ts';

export interface CustomResourceNames {
  plural: string;
  kind: string;
  singular?: string;
  listKind?: string;
  shortNames?: string[];
  categories?: string[];
}

export interface CustomResourceVersion {
  name: string;
  served: boolean;
  storage: boolean;
  deprecated?: boolean;
  schema?: { openAPIV3Schema?: JsonSchema };
  subresources?: { status?: object; scale?: object };
  additionalPrinterColumns?: (PrinterColumn & { jsonPath: string })[];
  selectableFields?: { jsonPath: string }[];
}

/** `apiextensions.k8s.io/v1` CustomResourceDefinition. */
export interface CustomResourceDefinition extends KubeObject {
  spec: {
    group: string;
    names: CustomResourceNames;
    scope: 'Namespaced' | 'Cluster';
    versions: CustomResourceVersion[];
    conversion?: { strategy?: string };
    preserveUnknownFields?: boolean;
  };
  status?: { conditions?: Condition[]; acceptedNames?: CustomResourceNames; storedVersions?: string[] };
}

/** Holds a definition until the objects it defines are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

const names = object(
  {
    plural: text,
    singular: text,
    kind: text,
    listKind: text,
    shortNames: list(text),
    categories: list(text),
  },
  ['plural', 'kind'],
);

const column = object(
  { name: text, type: text, format: text, description: text, priority: int32, jsonPath: text },
  ['name', 'type', 'jsonPath'],
);

const version = object(
  {
    name: text,
    served: flag,
    storage: flag,
    deprecated: flag,
    deprecationWarning: text,
    schema: object({ openAPIV3Schema: say('What objects look like: a structural schema.', anyObject) }),
    subresources: object({ status: anyObject, scale: anyObject }),
    additionalPrinterColumns: list(column),
    selectableFields: list(object({ jsonPath: text }, ['jsonPath'])),
  },
  ['name', 'served', 'storage'],
);

export const CustomResourceDefinitions: ResourceType<CustomResourceDefinition> = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
  hasStatus: true,
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  strategicMerge: true,
  schema: kindOf(
    'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
    'CustomResourceDefinition is a resource that a user adds to the API.',
    {
      spec: object(
        {
          group: text,
          names,
          scope: say('Namespaced or Cluster.', text),
          versions: list(version),
          conversion: anyObject,
          preserveUnknownFields: flag,
        },
        ['group', 'names', 'scope', 'versions'],
      ),
      status: object({
        conditions: listBy(['type'], anyObject),
        acceptedNames: names,
        storedVersions: setOf(text),
      }),
    },
    ['spec'],
  ),
  columns: [createdAtColumn],
};
