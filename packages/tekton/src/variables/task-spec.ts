import type { TaskSpec } from '../types/task.ts';
import { substituteContainer, substituteSidecar, substituteStep } from './containers.ts';
import type { Replacements } from './replacements.ts';
import { replaceFields, substituteVolume } from './volumes.ts';

/**
 * A copy of a Task's spec with its variables replaced in every field in which Tekton replaces them. Works on embedded
 * specs too, whose further fields are kept.
 */
export function substituteTaskSpec<T extends TaskSpec>(spec: T, replacements: Replacements): T {
  const copy: T = { ...spec };
  if (copy.steps) copy.steps = copy.steps.map((step) => substituteStep(step, replacements));
  if (copy.stepTemplate) copy.stepTemplate = substituteContainer(copy.stepTemplate, replacements);
  if (copy.sidecars) copy.sidecars = copy.sidecars.map((sidecar) => substituteSidecar(sidecar, replacements));
  if (copy.volumes) copy.volumes = copy.volumes.map((volume) => substituteVolume(volume, replacements));
  if (copy.workspaces) {
    copy.workspaces = copy.workspaces.map((workspace) =>
      replaceFields(workspace, ['mountPath'], replacements),
    );
  }
  return copy;
}
