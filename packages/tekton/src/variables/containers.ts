import type { EnvFromSource, EnvVar, Sidecar, Step, StepTemplate } from '../types/containers.ts';
import { replaceList, replaceParams, replaceText, replaceWhen } from './replace.ts';
import type { Replacements } from './replacements.ts';
import { replaceFields } from './volumes.ts';

/** Any container of a Task; steps have the most fields. */
type Container = Step | StepTemplate | Sidecar;

function replaceEnv(env: EnvVar, replacements: Replacements): EnvVar {
  const copy = replaceFields(env, ['value'], replacements);
  if (copy.valueFrom === undefined) return copy;
  const from = { ...copy.valueFrom };
  if (from.secretKeyRef) from.secretKeyRef = replaceFields(from.secretKeyRef, ['name', 'key'], replacements);
  if (from.configMapKeyRef)
    from.configMapKeyRef = replaceFields(from.configMapKeyRef, ['name', 'key'], replacements);
  return { ...copy, valueFrom: from };
}

function replaceEnvFrom(source: EnvFromSource, replacements: Replacements): EnvFromSource {
  const copy = replaceFields(source, ['prefix'], replacements);
  if (copy.configMapRef) copy.configMapRef = replaceFields(copy.configMapRef, ['name'], replacements);
  if (copy.secretRef) copy.secretRef = replaceFields(copy.secretRef, ['name'], replacements);
  return copy;
}

/** A stepTemplate, and the fields that steps and sidecars share with it. */
export function substituteContainer<T extends Container>(container: T, replacements: Replacements): T {
  const copy: T = { ...container };
  const text = (value: string | undefined) =>
    value === undefined ? undefined : replaceText(value, replacements);
  if (copy.image !== undefined) copy.image = text(copy.image);
  if (copy.imagePullPolicy !== undefined) copy.imagePullPolicy = text(copy.imagePullPolicy);
  if (copy.workingDir !== undefined) copy.workingDir = text(copy.workingDir);
  if (copy.command) copy.command = replaceList(copy.command, replacements);
  if (copy.args) copy.args = replaceList(copy.args, replacements);
  if (copy.env) copy.env = copy.env.map((env) => replaceEnv(env, replacements));
  if (copy.envFrom) copy.envFrom = copy.envFrom.map((source) => replaceEnvFrom(source, replacements));
  if (copy.volumeMounts) {
    copy.volumeMounts = copy.volumeMounts.map((mount) =>
      replaceFields(mount, ['name', 'mountPath', 'subPath'], replacements),
    );
  }
  return copy;
}

/** A step, with what only steps have. */
export function substituteStep(step: Step, replacements: Replacements): Step {
  const copy = replaceFields(
    substituteContainer(step, replacements),
    ['name', 'displayName', 'script', 'onError'],
    replacements,
  );
  if (copy.stdoutConfig) copy.stdoutConfig = replaceFields(copy.stdoutConfig, ['path'], replacements);
  if (copy.stderrConfig) copy.stderrConfig = replaceFields(copy.stderrConfig, ['path'], replacements);
  if (copy.when) copy.when = replaceWhen(copy.when, replacements);
  if (copy.params) copy.params = replaceParams(copy.params, replacements);
  if (copy.ref) {
    const ref = replaceFields(copy.ref, ['name'], replacements);
    if (ref.params) ref.params = replaceParams(ref.params, replacements);
    copy.ref = ref;
  }
  return copy;
}

export function substituteSidecar(sidecar: Sidecar, replacements: Replacements): Sidecar {
  return replaceFields(substituteContainer(sidecar, replacements), ['name', 'script'], replacements);
}
