import { isObject, isTextMap, type JsonObject } from './bounded-json.ts';
import { predicateTypes, type ResourceDescriptor, type Statement } from './statement.ts';

/** What both versions of SLSA provenance say, brought to one shape. Everything in it is the signer's claim. */
export interface ProvenanceFacts {
  builderId: string;
  buildType: string;
  /** resolvedDependencies (v1) or materials (v0.2). */
  dependencies: ResourceDescriptor[];
  /** `metadata.invocationId` (v1) or `buildInvocationId` (v0.2). */
  invocationId?: string;
  startedOn?: string;
  finishedOn?: string;
}

/** True for SLSA provenance of a version that is understood here. */
export function isProvenance(statement: Statement): boolean {
  return (
    statement.predicateType === predicateTypes.slsaProvenance1 ||
    statement.predicateType === predicateTypes.slsaProvenance02
  );
}

/**
 * What is missing or of the wrong type in a provenance predicate, each as `path: what is wrong`; empty when it is
 * sound. Follows the required fields of SLSA v1 and v0.2; unknown fields are no fault.
 */
export function provenanceFaults(statement: Statement): string[] {
  const faults: string[] = [];
  const predicate = statement.predicate;
  const text = (value: unknown, path: string) => {
    if (typeof value !== 'string' || value === '') faults.push(`${path}: required text is missing`);
  };
  const object = (value: unknown, path: string): JsonObject => {
    if (isObject(value)) return value;
    faults.push(`${path}: required object is missing`);
    return {};
  };
  const optionalObject = (value: unknown, path: string): JsonObject => {
    if (value === undefined || value === null) return {};
    if (isObject(value)) return value;
    faults.push(`${path}: is not an object`);
    return {};
  };
  const time = (value: unknown, path: string) => {
    if (value === undefined || value === null) return;
    if (typeof value !== 'string' || !isTime(value)) faults.push(`${path}: is not an RFC 3339 time`);
  };
  const descriptors = (value: unknown, path: string) => {
    if (value === undefined || value === null) return;
    if (!Array.isArray(value)) {
      faults.push(`${path}: is not a list`);
      return;
    }
    value.forEach((item: unknown, i) => {
      if (!isObject(item)) faults.push(`${path}[${i}]: is not an object`);
      else {
        if (item.uri !== undefined && typeof item.uri !== 'string')
          faults.push(`${path}[${i}].uri: is not text`);
        if (item.digest !== undefined && item.digest !== null && !isTextMap(item.digest)) {
          faults.push(`${path}[${i}].digest: is not a map of texts`);
        }
      }
    });
  };
  if (statement.predicateType === predicateTypes.slsaProvenance1) {
    const definition = object(predicate.buildDefinition, 'buildDefinition');
    text(definition.buildType, 'buildDefinition.buildType');
    object(definition.externalParameters, 'buildDefinition.externalParameters');
    optionalObject(definition.internalParameters, 'buildDefinition.internalParameters');
    descriptors(definition.resolvedDependencies, 'buildDefinition.resolvedDependencies');
    const details = object(predicate.runDetails, 'runDetails');
    text(object(details.builder, 'runDetails.builder').id, 'runDetails.builder.id');
    const metadata = optionalObject(details.metadata, 'runDetails.metadata');
    time(metadata.startedOn, 'runDetails.metadata.startedOn');
    time(metadata.finishedOn, 'runDetails.metadata.finishedOn');
    descriptors(details.byproducts, 'runDetails.byproducts');
  } else {
    text(object(predicate.builder, 'builder').id, 'builder.id');
    text(predicate.buildType, 'buildType');
    const invocation = optionalObject(predicate.invocation, 'invocation');
    optionalObject(invocation.configSource, 'invocation.configSource');
    const metadata = optionalObject(predicate.metadata, 'metadata');
    time(metadata.buildStartedOn, 'metadata.buildStartedOn');
    time(metadata.buildFinishedOn, 'metadata.buildFinishedOn');
    descriptors(predicate.materials, 'materials');
  }
  return faults;
}

/** The facts of a provenance statement that has no faults; undefined for one that has, or is no provenance. */
export function provenanceFacts(statement: Statement): ProvenanceFacts | undefined {
  if (!isProvenance(statement) || provenanceFaults(statement).length > 0) return undefined;
  const isV1 = statement.predicateType === predicateTypes.slsaProvenance1;
  const outer = statement.predicate as Record<string, JsonObject | undefined>;
  const definition = (isV1 ? outer.buildDefinition : statement.predicate) as JsonObject;
  const builder = (isV1 ? outer.runDetails?.builder : outer.builder) as { id: string };
  const metadata = ((isV1 ? outer.runDetails?.metadata : outer.metadata) ?? {}) as Record<string, string>;
  const facts: ProvenanceFacts = {
    builderId: builder.id,
    buildType: definition.buildType as string,
    dependencies: ((isV1 ? definition.resolvedDependencies : definition.materials) ??
      []) as ResourceDescriptor[],
  };
  const invocationId = isV1 ? metadata.invocationId : metadata.buildInvocationId;
  const startedOn = isV1 ? metadata.startedOn : metadata.buildStartedOn;
  const finishedOn = isV1 ? metadata.finishedOn : metadata.buildFinishedOn;
  if (invocationId) facts.invocationId = invocationId;
  if (startedOn) facts.startedOn = startedOn;
  if (finishedOn) facts.finishedOn = finishedOn;
  return facts;
}

function isTime(value: string): boolean {
  return (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value) &&
    !Number.isNaN(Date.parse(value))
  );
}
