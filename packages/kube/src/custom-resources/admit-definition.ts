import { FieldErrors } from '../admission/field-errors.ts';
import { setCondition } from '../condition.ts';
import { KubeError } from '../error.ts';
import type { AdmissionContext, Condition, KubeObject } from '../object.ts';
import { type ResourceRegistry, resourceId } from '../resource.ts';
import { isRecord } from '../schema/json-schema.ts';
import { parseJsonPath } from '../table/json-path.ts';
import {
  type CustomResourceDefinition,
  CustomResourceDefinitions,
  type CustomResourceVersion,
  cleanupFinalizer,
} from './custom-resource-definition.ts';
import { checkStructural } from './structural-schema.ts';

const label = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const domain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/;
const columnTypes = ['integer', 'number', 'string', 'boolean', 'date'];

function checkNames({ spec, metadata }: CustomResourceDefinition, errors: FieldErrors): void {
  const { group, names, scope } = spec;
  if (!group) errors.required('spec.group');
  else if (!domain.test(group))
    errors.invalid('spec.group', group, 'should be a domain with at least one dot');
  for (const field of ['plural', 'singular'] as const) {
    const name = names[field];
    if (!name) errors.required(`spec.names.${field}`);
    else if (!label.test(name))
      errors.invalid(
        `spec.names.${field}`,
        name,
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-'",
      );
  }
  if (!names.kind) errors.required('spec.names.kind');
  else if (!label.test(names.kind.toLowerCase()))
    errors.invalid(
      'spec.names.kind',
      names.kind,
      'may have mixed case, but should otherwise match a DNS-1035 label',
    );
  if (metadata.name !== `${names.plural}.${group}`) {
    errors.invalid('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group');
  }
  if (scope !== 'Namespaced' && scope !== 'Cluster') {
    errors.notSupported('spec.scope', scope ?? '', ['Cluster', 'Namespaced']);
  }
}

function checkVersion(version: CustomResourceVersion, path: string, errors: FieldErrors): void {
  if (!version.name || !label.test(version.name)) {
    errors.invalid(
      `${path}.name`,
      version.name ?? '',
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-'",
    );
  }
  const schema: unknown = version.schema?.openAPIV3Schema;
  const place = `${path}.schema.openAPIV3Schema`;
  if (schema === undefined) errors.required(place, 'schemas are required');
  else {
    checkStructural(schema, place, errors);
    if (isRecord(schema) && schema.type !== undefined && schema.type !== 'object') {
      errors.invalid(`${place}.type`, schema.type, 'must be object at the root');
    }
  }
  for (const [index, column] of (version.additionalPrinterColumns ?? []).entries()) {
    const at = `${path}.additionalPrinterColumns[${index}]`;
    if (!columnTypes.includes(column.type)) errors.notSupported(`${at}.type`, column.type, columnTypes);
    try {
      parseJsonPath(column.jsonPath);
    } catch (error) {
      errors.invalid(`${at}.jsonPath`, column.jsonPath, (error as KubeError).message);
    }
  }
}

function check(definition: CustomResourceDefinition, builtIn: boolean): void {
  const errors = new FieldErrors();
  const { spec, metadata } = definition;
  checkNames(definition, errors);
  const versions = spec.versions;
  if (versions.length === 0) errors.required('spec.versions', 'must have at least one version');
  const storage = versions.filter((version) => version.storage);
  if (versions.length > 0 && storage.length !== 1) {
    errors.invalid(
      'spec.versions',
      versions.map(({ name }) => name),
      'must have exactly one version marked as storage version',
    );
  }
  const seen = new Set<string>();
  for (const [index, version] of versions.entries()) {
    if (seen.has(version.name)) errors.duplicate(`spec.versions[${index}].name`, version.name);
    seen.add(version.name);
    if (!builtIn) checkVersion(version, `spec.versions[${index}]`, errors);
  }
  if (spec.preserveUnknownFields) {
    errors.invalid(
      'spec.preserveUnknownFields',
      true,
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    );
  }
  const strategy = spec.conversion?.strategy ?? 'None';
  if (strategy !== 'None' && !builtIn) errors.notSupported('spec.conversion.strategy', strategy, ['None']);
  errors.throwIfAny(CustomResourceDefinitions, metadata.name);
}

/** Why the names cannot be had: another resource of the group has one of them. */
function nameConflict(definition: CustomResourceDefinition, resources: ResourceRegistry): string | undefined {
  const { group, names } = definition.spec;
  const id = `${names.plural}.${group}`;
  for (const other of resources) {
    if (other.group !== group || resourceId(other) === id) continue;
    if (other.kind === names.kind) return `"${names.kind}" is already in use`;
    if (other.singular === names.singular) return `"${names.singular}" is already in use`;
  }
  return undefined;
}

/** Defaults of the names. The definition is a user's. */
function withNames(definition: CustomResourceDefinition): CustomResourceDefinition {
  const { spec } = definition;
  if (!isRecord(spec) || !isRecord(spec.names) || !Array.isArray(spec.versions)) {
    throw new KubeError('Invalid', 'spec, spec.names and spec.versions are required');
  }
  const { kind = '' } = spec.names;
  const names = {
    ...spec.names,
    singular: spec.names.singular || kind.toLowerCase(),
    listKind: spec.names.listKind || `${kind}List`,
  };
  return { ...definition, spec: { ...spec, names, conversion: spec.conversion ?? { strategy: 'None' } } };
}

/**
 * Admission of CustomResourceDefinitions: checks them, and says in their status that they are served, which they are as soon as
 * they are stored. A definition of a resource that is built in is taken and changes nothing.
 */
export function admitDefinition(
  resources: ResourceRegistry,
  now: () => number,
): (object: KubeObject, context: AdmissionContext) => KubeObject {
  return (object, { old, subresource }) => {
    if (subresource) return object;
    const definition = withNames(object as CustomResourceDefinition);
    const known = resources.get(definition.metadata.name ?? '');
    const builtIn = known !== undefined && !known.custom;
    check(definition, builtIn);
    const before = (old as CustomResourceDefinition | undefined)?.status;
    const conflict = builtIn ? undefined : nameConflict(definition, resources);
    const set = (
      conditions: readonly Condition[] | undefined,
      type: string,
      reason: string,
      message: string,
    ) => setCondition(conditions, { type, status: conflict ? 'False' : 'True', reason, message }, now());
    const accepted = set(
      before?.conditions,
      'NamesAccepted',
      conflict ? 'NameConflict' : 'NoConflicts',
      conflict ?? (builtIn ? 'the resource is built in; its own schema counts' : 'no conflicts found'),
    );
    const established = set(
      accepted,
      'Established',
      conflict ? 'NotAccepted' : 'InitialNamesAccepted',
      conflict ? 'not all names are accepted' : 'the initial names have been accepted',
    );
    const stored = definition.spec.versions.find((version) => version.storage)?.name ?? '';
    const finalizers = new Set([
      ...(definition.metadata.finalizers ?? []),
      ...(old ? [] : [cleanupFinalizer]),
    ]);
    return {
      ...definition,
      metadata: { ...definition.metadata, ...(finalizers.size > 0 && { finalizers: [...finalizers] }) },
      status: {
        ...before,
        conditions: established,
        acceptedNames: conflict ? (before?.acceptedNames ?? { plural: '', kind: '' }) : definition.spec.names,
        storedVersions: [...new Set([...(before?.storedVersions ?? []), stored])],
      },
    };
  };
}

/** True when the definition's resource is served. */
export function isEstablished({ status }: CustomResourceDefinition): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True') ?? false;
}
