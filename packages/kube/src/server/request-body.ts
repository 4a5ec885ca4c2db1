import type { FastifyInstance } from 'fastify';
import { KubeError } from '../error.ts';
import type { ResourceType } from '../object.ts';
import { jsonPatch } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { strategicMergePatch } from '../patch/strategic-merge-patch.ts';
import { schemaOfResource } from '../schema/resource-schema.ts';
import { parseJson, parseYaml } from '../wire/bounded-json.ts';
import { protobufType, readProtobuf } from '../wire/protobuf/read-protobuf.ts';

const jsonTypes = [
  'application/json',
  'application/merge-patch+json',
  'application/json-patch+json',
  'application/strategic-merge-patch+json',
];
export const applyType = 'application/apply-patch+yaml';
const yamlTypes = ['application/yaml', applyType];

/** Reads JSON and YAML bodies, and protobuf of built-in kinds; all are the requester's. Refuses all others. */
export function acceptBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  // As Kubernetes: a body of no type is JSON. kubectl before 1.21 sends such.
  app.addHook('onRequest', (request, _reply, done) => {
    request.headers['content-type'] ??= 'application/json';
    done();
  });
  app.addContentTypeParser(protobufType, { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, readProtobuf(body as Buffer));
    } catch (error) {
      done(error as KubeError);
    }
  });
  app.addContentTypeParser(jsonTypes, { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') return done(null, undefined);
    try {
      done(null, parseJson(body as string));
    } catch (error) {
      done(error as KubeError);
    }
  });
  app.addContentTypeParser(
    yamlTypes,
    { parseAs: 'string' },
    async (_request: unknown, body: string | Buffer) =>
      body === '' ? undefined : parseYaml(body.toString()),
  );
  app.addContentTypeParser('*', (request, _payload, done) => {
    done(unsupportedMediaType(request.headers['content-type']));
  });
}

/** The media type of a Content-Type header, parameters aside. */
export function mediaType(header: string | undefined): string {
  return (header ?? '').split(';')[0]!.trim().toLowerCase();
}

/** How a PATCH changes an object, by the type of its body; the body is the requester's. Throws `UnsupportedMediaType`. */
export function patchFunction(
  resource: ResourceType,
  contentType: string | undefined,
  body: unknown,
): (before: unknown) => unknown {
  switch (mediaType(contentType)) {
    case 'application/merge-patch+json':
      requireObject(body, 'a merge patch');
      return (before) => mergePatch(before, body);
    case 'application/json-patch+json':
      return (before) => jsonPatch(before, body);
    case 'application/strategic-merge-patch+json': {
      if (!resource.strategicMerge) throw unsupportedMediaType(contentType, patchTypes(resource));
      requireObject(body, 'a strategic merge patch');
      const schema = schemaOfResource(resource);
      return (before) => strategicMergePatch(schema, before, body);
    }
    default:
      throw unsupportedMediaType(contentType, patchTypes(resource));
  }
}

function requireObject(body: unknown, what: string): void {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new KubeError('BadRequest', `${what} of an object is an object`);
  }
}

function patchTypes({ strategicMerge }: ResourceType): string[] {
  return [
    'application/json-patch+json',
    'application/merge-patch+json',
    ...(strategicMerge ? ['application/strategic-merge-patch+json'] : []),
    applyType,
  ];
}

export function unsupportedMediaType(
  contentType: string | undefined,
  accepted: readonly string[] = ['application/json', 'application/yaml', protobufType],
): KubeError {
  return new KubeError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format (${contentType ?? 'none'}) - accepted media types include: ${accepted.join(', ')}`,
  );
}
