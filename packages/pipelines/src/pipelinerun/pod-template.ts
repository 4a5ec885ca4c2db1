import type { PodTemplate } from '@assay/tekton';

/**
 * Lays a task's podTemplate over the run's: field by field the task's wins, while `env` and `volumes` merge by
 * name, the task's entries first.
 */
export function mergePodTemplates(
  over: PodTemplate | undefined,
  base: PodTemplate | undefined,
): PodTemplate | undefined {
  if (!over || !base) return over ?? base;
  const env = mergeByName(over.env, base.env);
  const volumes = mergeByName(over.volumes, base.volumes);
  return { ...base, ...over, ...(env && { env }), ...(volumes && { volumes }) };
}

function mergeByName<T extends { name: string }>(
  over: T[] | undefined,
  base: T[] | undefined,
): T[] | undefined {
  if (!over?.length || !base?.length) return over?.length ? over : base;
  const taken = new Set(over.map((item) => item.name));
  return [...over, ...base.filter((item) => !taken.has(item.name))];
}
