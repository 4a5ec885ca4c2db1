import type { Client, OwnerReference, PersistentVolumeClaim } from '@assay/kube';
import { isKubeError, PersistentVolumeClaims } from '@assay/kube';
import type { WorkspaceBinding } from '@assay/tekton';
import { workspaceClaimName } from '@assay/tekton';

/**
 * The name of the claim behind a `volumeClaimTemplate` binding. It follows from the binding and the owner alone,
 * so every controller that knows both can name the claim without looking for it.
 */
export function claimName(binding: WorkspaceBinding, ownerUid: string): string {
  return workspaceClaimName(binding.volumeClaimTemplate?.metadata?.name, binding.name, ownerUid);
}

/** The binding that a run's own tasks use in place of a template: the claim by name. Other bindings stay. */
export function bindClaim(binding: WorkspaceBinding, ownerUid: string): WorkspaceBinding {
  const { volumeClaimTemplate, ...rest } = binding;
  if (!volumeClaimTemplate) return binding;
  return { ...rest, persistentVolumeClaim: { claimName: claimName(binding, ownerUid) } };
}

/**
 * Creates the claims of all `volumeClaimTemplate` bindings, owned by the run so that they are collected with it.
 * A claim that is there already with the same owner is kept; repeating the call changes nothing.
 *
 * @throws KubeError as the client's create; `AlreadyExists` when a claim of that name belongs to something else.
 */
export async function ensureClaims(
  client: Client,
  bindings: readonly WorkspaceBinding[],
  owner: OwnerReference,
  namespace: string,
): Promise<void> {
  const templates = bindings.filter((binding) => binding.volumeClaimTemplate);
  await Promise.all(
    templates.map((binding) => ensureClaim(client, claimFor(binding, owner, namespace), owner)),
  );
}

function claimFor(
  binding: WorkspaceBinding,
  owner: OwnerReference,
  namespace: string,
): PersistentVolumeClaim {
  const { metadata, spec } = binding.volumeClaimTemplate!;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      ...(metadata?.labels && { labels: metadata.labels }),
      ...(metadata?.annotations && { annotations: metadata.annotations }),
      name: claimName(binding, owner.uid),
      namespace,
      ownerReferences: [owner],
    },
    ...(spec && { spec: spec as NonNullable<PersistentVolumeClaim['spec']> }),
  };
}

async function ensureClaim(
  client: Client,
  claim: PersistentVolumeClaim,
  owner: OwnerReference,
): Promise<void> {
  try {
    await client.create(PersistentVolumeClaims, claim);
  } catch (error) {
    if (!isKubeError(error, 'AlreadyExists')) throw error;
    const present = await client.get(PersistentVolumeClaims, claim.metadata.namespace!, claim.metadata.name!);
    if (!present.metadata.ownerReferences?.some((reference) => reference.uid === owner.uid)) throw error;
  }
}
