import type { Release } from '../resources/release.ts';

/**
 * Whom a Release waits for before it writes references: of the unfinished Releases that write one of them too, one that is being
 * copied already, or else one that is older. The order is total, so that two of them never wait for each other, and the last to be
 * asked for is the last to be written. An older one of the same plan that has not said yet what it writes counts as one that
 * writes the same.
 * @returns `namespace/name`
 */
export function writerBefore(
  release: Release,
  references: readonly string[],
  others: readonly Release[],
): string | undefined {
  const mine = new Set(references);
  const writer = others.find(
    (other) =>
      other.metadata.uid !== release.metadata.uid &&
      other.status?.completionTime === undefined &&
      !other.metadata.deletionTimestamp &&
      (isBegun(other) || isBefore(other, release)) &&
      writesOneOf(mine, other, release),
  );
  return writer && `${writer.metadata.namespace}/${writer.metadata.name}`;
}

function isBegun({ status }: Release): boolean {
  return status?.managedProcessing?.pipelineRun !== undefined;
}

function writesOneOf(references: ReadonlySet<string>, other: Release, release: Release): boolean {
  const targets = other.status?.artifacts?.targets;
  if (targets) return targets.some((reference) => references.has(reference));
  return (
    other.metadata.namespace === release.metadata.namespace &&
    other.spec.releasePlan === release.spec.releasePlan
  );
}

function isBefore(a: Release, b: Release): boolean {
  return orderKey(a) < orderKey(b);
}

function orderKey({ metadata }: Release): string {
  return `${metadata.creationTimestamp} ${metadata.uid}`;
}
