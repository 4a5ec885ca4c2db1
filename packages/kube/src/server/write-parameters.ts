import type { FastifyReply, FastifyRequest } from 'fastify';
import type { WriteOptions } from '../admission/admit-change.ts';
import type { DeleteOptions } from '../client/client.ts';
import { KubeError } from '../error.ts';
import type { ResourceType } from '../object.ts';
import type { AnyObject } from '../resource.ts';
import { conform } from '../schema/conform.ts';
import { isRecord } from '../schema/json-schema.ts';
import { schemaOfResource } from '../schema/resource-schema.ts';
import { wrongType } from '../schema/wrong-type.ts';

type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

const maxManagerName = 128;
/** Warnings are headers, of which clients accept a few kilobytes. */
const maxWarnings = 20;
const maxWarningLength = 200;

function invalidOption(kind: string, field: string, why: string): KubeError {
  return new KubeError('Invalid', `${kind}.meta.k8s.io "" is invalid: ${field}: ${why}`, {
    details: { group: 'meta.k8s.io', kind, causes: [{ reason: 'FieldValueInvalid', field, message: why }] },
  });
}

function unsupported(value: string, supported: readonly string[]): string {
  const list = supported.map((one) => JSON.stringify(one)).join(', ');
  return `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
}

function optionsKind(method: string): string {
  if (method === 'POST') return 'CreateOptions';
  if (method === 'PUT') return 'UpdateOptions';
  return method === 'PATCH' ? 'PatchOptions' : 'DeleteOptions';
}

function isDryRun(values: readonly string[], method: string): boolean {
  for (const value of values) {
    if (value !== 'All') throw invalidOption(optionsKind(method), 'dryRun', unsupported(value, ['All']));
  }
  return values.length > 0;
}

function fieldValidation(query: URLSearchParams, method: string): FieldValidation {
  const value = query.get('fieldValidation') || 'Warn';
  if (value === 'Ignore' || value === 'Warn' || value === 'Strict') return value;
  const why = unsupported(value, ['', 'Ignore', 'Strict', 'Warn']);
  throw invalidOption(optionsKind(method), 'fieldValidation', why);
}

/** The program that made the request, as its User-Agent begins. */
function userAgentName(header: string | undefined): string {
  return (header ?? '').split('/')[0]!.slice(0, maxManagerName) || 'unknown';
}

export function fieldManager(request: FastifyRequest, query: URLSearchParams): string {
  const given = query.get('fieldManager');
  if (!given) return userAgentName(request.headers['user-agent']);
  const kind = optionsKind(request.method);
  if (given.length > maxManagerName) {
    throw invalidOption(kind, 'fieldManager', `Too long: may not be more than ${maxManagerName} bytes`);
  }
  if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u.test(given)) {
    const why = `Invalid value: ${JSON.stringify(given)}: should only contain printable characters`;
    throw invalidOption(kind, 'fieldManager', why);
  }
  return given;
}

/** How a write is to be made, from the request's query, which is the requester's. Warnings go out with the reply. */
export function writeOptions(
  request: FastifyRequest,
  reply: FastifyReply,
  query: URLSearchParams,
  resource: ResourceType,
): WriteOptions & { fieldManager: string } {
  const validation = fieldValidation(query, request.method);
  return {
    dryRun: isDryRun(query.getAll('dryRun'), request.method),
    fieldManager: fieldManager(request, query),
    decode: (object) => decode(resource, object, validation, reply),
  };
}

/** The object without fields that its kind does not have; those are ignored, warned of, or refused. */
function decode(
  resource: ResourceType,
  object: AnyObject,
  validation: FieldValidation,
  reply: FastifyReply,
): AnyObject {
  const schema = schemaOfResource(resource);
  if (!schema) return object;
  const wrong = resource.custom ? wrongType(metadataOnly(schema), object) : wrongType(schema, object);
  if (wrong) throw unreadable(resource, wrong);
  const { object: known, unknown } = conform(schema, object);
  const findings = unknown.map((field) => `unknown field ${JSON.stringify(field)}`);
  if (findings.length > 0 && validation === 'Strict') {
    throw unreadable(resource, `strict decoding error: ${findings.join(', ')}`);
  }
  if (findings.length > 0 && validation === 'Warn') {
    reply.header('warning', findings.slice(0, maxWarnings).map(warning));
  }
  return known as AnyObject;
}

function metadataOnly({ properties }: { properties?: Record<string, object> }) {
  return { properties: { metadata: properties?.metadata ?? {} } };
}

function unreadable({ kind, version }: ResourceType, why: string): KubeError {
  return new KubeError(
    'BadRequest',
    `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`,
  );
}

/** A Warning header (RFC 7234, 5.5); the text may hold what a requester sent. */
function warning(text: string): string {
  const plain = text.slice(0, maxWarningLength).replace(/[^\x20-\x7e]/g, '?');
  return `299 - "${plain.replace(/[\\"]/g, '\\$&')}"`;
}

/** DeleteOptions from a body and the query, which wins; both are the requester's. */
export function deleteOptions(body: unknown, query: URLSearchParams): DeleteOptions & { dryRun: boolean } {
  const sent = isRecord(body) ? body : {};
  const orphan = query.get('orphanDependents') ?? sent.orphanDependents;
  const legacy =
    orphan === undefined || orphan === null ? undefined : isTrue(orphan) ? 'Orphan' : 'Background';
  const policy = query.get('propagationPolicy') ?? sent.propagationPolicy ?? legacy;
  const conditions = isRecord(sent.preconditions) ? sent.preconditions : {};
  const dryRun = query.has('dryRun') ? query.getAll('dryRun') : Array.isArray(sent.dryRun) ? sent.dryRun : [];
  const preconditions = {
    ...(typeof conditions.uid === 'string' && { uid: conditions.uid }),
    ...(typeof conditions.resourceVersion === 'string' && { resourceVersion: conditions.resourceVersion }),
  };
  return {
    preconditions,
    dryRun: isDryRun(dryRun.map(String), 'DELETE'),
    ...(policy !== undefined && policy !== null && { propagationPolicy: policy as 'Background' }),
  };
}

/** A boolean as Kubernetes reads it from a query: anything but 0 and false. */
export function isTrue(value: unknown): boolean {
  return value !== null && value !== undefined && value !== '0' && value !== 'false' && value !== false;
}
