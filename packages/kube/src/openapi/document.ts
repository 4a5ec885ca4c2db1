import { singularOf } from '../discovery/discovered-resource.ts';
import type { ResourceType } from '../object.ts';
import { apiVersionOf } from '../resource.ts';
import { definition, definitionName, type JsonSchema } from '../schema/json-schema.ts';
import { apiVersionSchema, kindSchema, objectMetaSchema } from '../schema/metadata-schema.ts';
import { schemaOfResource } from '../schema/resource-schema.ts';
import { object, text } from '../schema/schema-shorthand.ts';
import { resourcePath } from '../wire/resource-path.ts';
import { type EmittedSchema, type OpenApiVersion, SchemaEmitter } from './emit-schema.ts';

const listMeta = definition(
  'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta',
  object({
    continue: text,
    resourceVersion: text,
    selfLink: text,
    remainingItemCount: { type: 'integer', format: 'int64' },
  }),
);

/** `dev.tekton.v1.Task`: the group's domain from its end, as Kubernetes names the definitions of custom resources. */
export function definitionNameOf(resource: ResourceType): string {
  const given = typeof resource.schema === 'object' ? definitionName(resource.schema) : undefined;
  if (given) return given;
  const domain = resource.group.split('.').reverse().join('.');
  return `${domain}.${resource.version}.${resource.kind}`;
}

function groupVersionKind({ group, version, kind }: ResourceType): object {
  return { group, version, kind };
}

/** What an object of a resource without a schema looks like. */
const unknownKind: JsonSchema = {
  type: 'object',
  properties: { apiVersion: apiVersionSchema, kind: kindSchema, metadata: objectMetaSchema },
  'x-kubernetes-preserve-unknown-fields': true,
};

interface Parameter {
  name: string;
  in: 'query' | 'path';
  type: 'string' | 'boolean' | 'integer';
  description?: string;
}

const query = (name: string, type: Parameter['type'] = 'string'): Parameter => ({ name, in: 'query', type });

const parameters: Record<string, Parameter[]> = {
  get: [],
  list: [
    query('allowWatchBookmarks', 'boolean'),
    query('continue'),
    query('fieldSelector'),
    query('labelSelector'),
    query('limit', 'integer'),
    query('resourceVersion'),
    query('resourceVersionMatch'),
    query('sendInitialEvents', 'boolean'),
    query('timeoutSeconds', 'integer'),
    query('watch', 'boolean'),
  ],
  post: [query('dryRun'), query('fieldManager'), query('fieldValidation')],
  put: [query('dryRun'), query('fieldManager'), query('fieldValidation')],
  patch: [query('dryRun'), query('fieldManager'), query('fieldValidation'), query('force', 'boolean')],
  delete: [query('dryRun'), query('propagationPolicy')],
};

/** The paths and schemas of some resources, as one version of OpenAPI writes them. */
export class DocumentParts {
  readonly paths: Record<string, Record<string, unknown>> = {};
  readonly #version: OpenApiVersion;
  readonly #emitter: SchemaEmitter;

  constructor(version: OpenApiVersion) {
    this.#version = version;
    this.#emitter = new SchemaEmitter(version);
  }

  get schemas(): Record<string, EmittedSchema> {
    return Object.fromEntries([...this.#emitter.definitions].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  add(resource: ResourceType): void {
    const name = definitionNameOf(resource);
    const schema = schemaOfResource(resource) ?? unknownKind;
    const emitted = this.#emitter.emitInline(schema);
    const kind = { 'x-kubernetes-group-version-kind': [groupVersionKind(resource)] };
    this.#emitter.definitions.set(name, { ...emitted, ...kind });
    this.#emitter.definitions.set(`${name}List`, {
      type: 'object',
      description: `${resource.kind}List is a list of ${resource.kind}.`,
      required: ['items'],
      properties: {
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: this.#emitter.emit(listMeta),
        items: { type: 'array', items: this.#emitter.reference(name) },
      },
      'x-kubernetes-group-version-kind': [{ ...groupVersionKind(resource), kind: `${resource.kind}List` }],
    });
    const at = resource.namespaced ? { namespace: '{namespace}' } : {};
    const collection = decodeURIComponent(resourcePath(resource, at));
    const path = decodeURIComponent(resourcePath(resource, { ...at, name: '{name}' }));
    this.paths[collection] = this.#path(resource, ['namespace'], {
      get: ['list', `${name}List`],
      ...(!resource.view && { post: ['post', name] }),
      delete: ['deletecollection', `${name}List`],
    });
    const read = { get: ['get', name] } as const;
    const object = resource.view ? read : ({ ...read, put: ['put', name], patch: ['patch', name] } as const);
    this.paths[path] = this.#path(resource, ['namespace', 'name'], { ...object, delete: ['delete', name] });
    if (resource.hasStatus)
      this.paths[`${path}/status`] = this.#path(resource, ['namespace', 'name'], object);
  }

  #path(
    resource: ResourceType,
    variables: readonly string[],
    operations: Record<string, readonly [action: string, result: string]>,
  ): Record<string, unknown> {
    const inPath = variables
      .filter((name) => name !== 'namespace' || resource.namespaced)
      .map((name) => ({ ...this.#parameter({ name, in: 'path', type: 'string' }), required: true }));
    const emitted = Object.entries(operations).map(([method, [action, result]]) => [
      method,
      {
        operationId: `${action}${resource.namespaced ? 'Namespaced' : ''}${resource.kind}${variables.length}${result.endsWith('List') ? 'List' : ''}`,
        description: `${action} ${singularOf(resource)}`,
        'x-kubernetes-action': action,
        'x-kubernetes-group-version-kind': groupVersionKind(resource),
        parameters: (parameters[action] ?? parameters[method] ?? []).map((one) => this.#parameter(one)),
        responses: { '200': this.#response(result) },
      },
    ]);
    return { ...Object.fromEntries(emitted), ...(inPath.length > 0 && { parameters: inPath }) };
  }

  #parameter({ type, ...rest }: Parameter): Record<string, unknown> {
    return this.#version === 'v2'
      ? { ...rest, type, uniqueItems: true }
      : { ...rest, schema: { type, uniqueItems: true } };
  }

  #response(result: string): object {
    const schema = this.#emitter.reference(result);
    return this.#version === 'v2'
      ? { description: 'OK', schema }
      : { description: 'OK', content: { 'application/json': { schema } } };
  }
}

const info = { title: 'Assay', version: 'v1' };

/** `/openapi/v3/<group>/<version>`. */
export function openApiV3(resources: readonly ResourceType[]): object {
  const parts = new DocumentParts('v3');
  for (const resource of resources) parts.add(resource);
  return { openapi: '3.0.0', info, paths: parts.paths, components: { schemas: parts.schemas } };
}

export interface OpenApiV2 {
  swagger: '2.0';
  info: { title: string; version: string };
  paths: Record<string, Record<string, unknown>>;
  definitions: Record<string, EmittedSchema>;
}

/** `/openapi/v2`. */
export function openApiV2(resources: readonly ResourceType[]): OpenApiV2 {
  const parts = new DocumentParts('v2');
  for (const resource of resources) parts.add(resource);
  return { swagger: '2.0', info, paths: parts.paths, definitions: parts.schemas };
}

/** `api/v1`, `apis/tekton.dev/v1`. */
export function groupVersionPath(resource: ResourceType): string {
  return resource.group === '' ? `api/${resource.version}` : `apis/${apiVersionOf(resource)}`;
}
