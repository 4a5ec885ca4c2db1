import { type ImageRootfs, type ImageStore, type PullPolicy, SandboxError } from '@assay/sandbox';
import { type Sidecar, type Step, stepName, type TaskSpec } from '@assay/tekton';
import type { DockerAuths } from '../credentials/docker-credentials.ts';
import { CannotStart } from './cannot-start.ts';

/**
 * The images of all containers of a Task, by reference, each pulled once.
 * @param auths logins for pulling, before those of whoever runs the factory
 * @throws CannotStart `TaskRunImagePullFailed`
 */
export async function resolveImages(
  spec: TaskSpec,
  images: ImageStore,
  auths: DockerAuths | undefined,
  signal: AbortSignal,
): Promise<Map<string, ImageRootfs>> {
  const wanted = new Map<string, { container: string; pullPolicy: PullPolicy }>();
  const add = (container: Step | Sidecar, name: string) => {
    const pullPolicy = pullPolicyOf(container);
    if (wanted.get(container.image!)?.pullPolicy !== 'Always')
      wanted.set(container.image!, { container: name, pullPolicy });
  };
  for (const [index, step] of (spec.steps ?? []).entries()) add(step, stepName(step.name, index));
  for (const sidecar of spec.sidecars ?? []) add(sidecar, sidecar.name);
  return new Map(
    await Promise.all(
      [...wanted].map(async ([reference, { container, pullPolicy }]) => {
        try {
          const options = { pullPolicy, signal, ...(auths && { auths }) };
          return [reference, await images.resolve(reference, options)] as const;
        } catch (error) {
          if (!(error instanceof SandboxError)) throw error;
          throw new CannotStart(
            'TaskRunImagePullFailed',
            `the step ${JSON.stringify(container)} could not get its image ${JSON.stringify(reference)}: ${error.message}`,
            { cause: error },
          );
        }
      }),
    ),
  );
}

/** Kubernetes' default: a tag that moves (`latest`, or none) is looked up again every time. */
export function pullPolicyOf({
  image,
  imagePullPolicy,
}: Pick<Step, 'image' | 'imagePullPolicy'>): PullPolicy {
  if (imagePullPolicy === 'Always' || imagePullPolicy === 'Never' || imagePullPolicy === 'IfNotPresent') {
    return imagePullPolicy;
  }
  const name = image!.slice(image!.lastIndexOf('/') + 1);
  return !name.includes('@') && (!name.includes(':') || name.endsWith(':latest')) ? 'Always' : 'IfNotPresent';
}
