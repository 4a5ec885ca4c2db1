import type { ContainerSpec, ImageRootfs, Mount } from '@assay/sandbox';
import {
  expandContainerVariables,
  type PodTemplate,
  type SecurityContext,
  type Sidecar,
  type Step,
} from '@assay/tekton';
import { CannotStart } from './cannot-start.ts';
import { containerLimits } from './limits.ts';

/** Everything about a container that does not depend on whether it is a step or a sidecar. */
export interface ContainerInput {
  name: string;
  container: Step | Sidecar;
  image: ImageRootfs;
  /** From `env` and `envFrom`. */
  environment: ReadonlyMap<string, string>;
  mounts: Mount[];
  /** The path of the script in the container, when it has one. */
  script?: string;
  podTemplate: PodTemplate | undefined;
}

/** The container as the sandbox runs it: Kubernetes' rules for commands, users and the environment. */
export function containerSpec(input: ContainerInput): ContainerSpec {
  const { name, container, image, mounts, podTemplate } = input;
  const environment = new Map([...Object.entries(image.config.env), ...input.environment]);
  const security = container.securityContext ?? {};
  if (security.privileged) {
    throw new CannotStart(
      'PodCreationFailed',
      `container "${name}" asks to be privileged, and no step is here`,
    );
  }
  return {
    name,
    image,
    args: expandContainerVariables(argumentVector(input), input.environment),
    env: Object.fromEntries(environment),
    workingDir: workingDirectory(container.workingDir, image),
    user: userOf(name, security, podTemplate, image),
    ...(podTemplate?.securityContext && {
      supplementalGroups: [
        ...(podTemplate.securityContext.supplementalGroups ?? []),
        ...(podTemplate.securityContext.fsGroup === undefined ? [] : [podTemplate.securityContext.fsGroup]),
      ],
    }),
    mounts,
    readOnlyRootFilesystem: security.readOnlyRootFilesystem ?? false,
    ...(security.capabilities && {
      capabilities: { add: security.capabilities.add ?? [], drop: security.capabilities.drop ?? [] },
    }),
    limits: containerLimits(container.computeResources),
  };
}

/** `command` replaces the image's ENTRYPOINT and CMD, `args` its CMD alone; a script is run with the args. */
function argumentVector({ name, container, image, script }: ContainerInput): string[] {
  const args = container.args ?? [];
  if (script) return [script, ...args];
  if (container.command?.length) return [...container.command, ...args];
  const { entrypoint, cmd } = image.config;
  const vector =
    args.length > 0 ? [...(entrypoint.length > 0 ? entrypoint : cmd), ...args] : [...entrypoint, ...cmd];
  if (vector.length === 0) {
    throw new CannotStart(
      'TaskRunImagePullFailed',
      `container "${name}" has neither command nor script, and image ${image.reference} has no ENTRYPOINT or CMD`,
    );
  }
  return vector;
}

function workingDirectory(workingDir: string | undefined, image: ImageRootfs): string {
  if (!workingDir) return image.config.workingDir || '/';
  return workingDir.startsWith('/') ? workingDir : `/workspace/${workingDir}`;
}

function userOf(
  name: string,
  security: SecurityContext,
  podTemplate: PodTemplate | undefined,
  image: ImageRootfs,
): string {
  const pod = podTemplate?.securityContext ?? {};
  const uid = security.runAsUser ?? pod.runAsUser;
  const gid = security.runAsGroup ?? pod.runAsGroup;
  const user = uid === undefined ? image.config.user : String(uid);
  if ((security.runAsNonRoot ?? pod.runAsNonRoot) && /^(0|root)?(:|$)/.test(user)) {
    throw new CannotStart(
      'CreateContainerConfigError',
      `container "${name}" has runAsNonRoot and image ${image.reference} will run as root`,
    );
  }
  return gid === undefined ? user : `${user.split(':')[0] || '0'}:${gid}`;
}
