import type { Sidecar, Step, StepTemplate } from '../types/containers.ts';
import type { StepSpecOverride } from '../types/taskrun.ts';

/**
 * Two lists in one by key, in the order that Kubernetes gives them: the step's own items as they stand, and each other
 * item of the template before the first of them that follows it in the template.
 */
function mergeBy<T>(
  base: readonly T[] | undefined,
  over: readonly T[] | undefined,
  key: (item: T) => string | undefined,
): T[] {
  const order = new Map((base ?? []).map((item, index) => [key(item), index]));
  const merged = [...new Map((over ?? []).map((item) => [key(item), item])).values()];
  const own = new Set(merged.map(key));
  let from = 0;
  for (const item of base ?? []) {
    const place = order.get(key(item)) ?? 0;
    if (own.has(key(item))) continue;
    while (from < merged.length && (order.get(key(merged[from] as T)) ?? -1) <= place) from++;
    merged.splice(from, 0, item);
  }
  return merged;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deep merge of maps; lists and scalars of `over` win whole. */
function mergeMaps<T>(base: T | undefined, over: T | undefined): T | undefined {
  if (!isMap(base) || !isMap(over)) return over ?? base;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) merged[key] = mergeMaps(merged[key], value);
  return merged as T;
}

/**
 * A step over the Task's stepTemplate, as Kubernetes merges containers: `env` by name, `volumeMounts` by mountPath
 * and `volumeDevices` by devicePath, other lists replaced whole, maps merged deep. A step with a script does not take the template's command; it keeps
 * its args. A step that refers to a StepAction is merged once that is known.
 */
export function mergeStepTemplate(template: StepTemplate | undefined, step: Step): Step {
  if (template === undefined || step.ref !== undefined) return step;
  const merged: Step = { ...template, ...step };
  if (template.env ?? step.env) merged.env = mergeBy(template.env, step.env, ({ name }) => name);
  if (template.volumeMounts ?? step.volumeMounts) {
    merged.volumeMounts = mergeBy(template.volumeMounts, step.volumeMounts, ({ mountPath }) => mountPath);
  }
  if (template.volumeDevices ?? step.volumeDevices) {
    merged.volumeDevices = mergeBy(template.volumeDevices, step.volumeDevices, ({ devicePath }) =>
      String(devicePath),
    );
  }
  const computeResources = mergeMaps(template.computeResources, step.computeResources);
  if (computeResources !== undefined) merged.computeResources = computeResources;
  const securityContext = mergeMaps(template.securityContext, step.securityContext);
  if (securityContext !== undefined) merged.securityContext = securityContext;
  if (step.script !== undefined && step.script !== '') delete merged.command;
  return merged;
}

/** Steps or sidecars with the run's `stepSpecs` or `sidecarSpecs` laid over their resources. */
export function applyOverrides<T extends Step | Sidecar>(
  containers: readonly T[],
  overrides: readonly StepSpecOverride[] | undefined,
): T[] {
  const byName = new Map((overrides ?? []).map((override) => [override.name, override]));
  return containers.map((container) => {
    const override = container.name === undefined ? undefined : byName.get(container.name);
    if (override?.computeResources === undefined) return container;
    const computeResources = mergeMaps(container.computeResources, override.computeResources);
    return computeResources === undefined ? container : { ...container, computeResources };
  });
}
