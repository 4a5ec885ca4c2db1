import type { AnyObject } from '../resource.ts';

/** What the API server itself does to objects of some core kinds when they are written. */
const rules: Record<string, (object: AnyObject) => AnyObject> = {
  namespaces(object) {
    const terminating = object.metadata.deletionTimestamp !== undefined;
    return {
      ...object,
      metadata: {
        ...object.metadata,
        labels: { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name ?? '' },
      },
      spec: terminating ? object.spec : { finalizers: ['kubernetes'] },
      status: { phase: terminating ? 'Terminating' : 'Active' },
    };
  },
  secrets(object) {
    const { stringData, ...rest } = object;
    const secret: AnyObject = { ...rest, type: object.type ?? 'Opaque' };
    if (typeof stringData !== 'object' || stringData === null) return secret;
    const folded = Object.entries(stringData).map(([key, value]) => [
      key,
      Buffer.from(String(value)).toString('base64'),
    ]);
    return { ...secret, data: { ...(object.data as object | undefined), ...Object.fromEntries(folded) } };
  },
};

/** Applies the kind's own rule, if it has one; `resource` as `resourceId` names it. */
export function applyKindRules(resource: string, object: AnyObject): AnyObject {
  return Object.hasOwn(rules, resource) ? rules[resource]!(object) : object;
}

/** What must be gone before a deleted object is: its finalizers, and a namespace's content. */
export function pendingFinalizers(resource: string, object: AnyObject): string[] {
  const own = object.metadata.finalizers ?? [];
  if (resource !== 'namespaces') return own;
  const spec = object.spec as { finalizers?: string[] } | undefined;
  return [...own, ...(spec?.finalizers ?? [])];
}
