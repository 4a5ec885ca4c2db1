import type { EnvVar, VolumeMount } from '../types/containers.ts';
import type { Findings } from './field-error.ts';

/** A text of a container that may hold variables. `list` marks elements of lists, where arrays may be spliced. */
export interface ContainerText {
  text: string;
  at: Findings;
  list: boolean;
}

interface Texts {
  name?: string | undefined;
  image?: string | undefined;
  workingDir?: string | undefined;
  script?: string | undefined;
  command?: string[] | undefined;
  args?: string[] | undefined;
  env?: EnvVar[] | undefined;
  volumeMounts?: VolumeMount[] | undefined;
}

/** The texts that Tekton looks at, at the paths it gives them; some paths differ with what is looked for. */
export function* containerTexts(
  container: Texts,
  findings: Findings,
  mounts: 'step' | 'step, unknown names' | 'StepAction' = 'step',
): Generator<ContainerText> {
  const fields =
    mounts === 'StepAction'
      ? (['image', 'script'] as const)
      : (['name', 'image', 'workingDir', 'script'] as const);
  for (const field of fields) yield { text: container[field] ?? '', at: findings.at(field), list: false };
  for (const field of ['command', 'args'] as const) {
    for (const [index, text] of (container[field] ?? []).entries()) {
      yield { text, at: findings.at(field, index), list: true };
    }
  }
  for (const { name, value } of container.env ?? []) {
    yield { text: value ?? '', at: findings.at('env', name ?? ''), list: false };
  }
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    if (mounts === 'StepAction') {
      yield { text: mount.name ?? '', at: findings.at('volumeMounts', index), list: false };
      continue;
    }
    const place = findings.within('volumeMounts', index);
    const path = findings.at('volumeMount', index).path;
    const [mountPath, subPath] = mounts === 'step' ? ['mountPath', 'subPath'] : ['MountPath', 'SubPath'];
    const at = (field: string) => place.called(`${path}.${field}`);
    yield { text: mount.name ?? '', at: at('name'), list: false };
    yield { text: mount.mountPath ?? '', at: at(mountPath as string), list: false };
    yield { text: mount.subPath ?? '', at: at(subPath as string), list: false };
  }
}
