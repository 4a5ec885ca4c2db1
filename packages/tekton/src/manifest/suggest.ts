/** Fields that Tekton v1 moved or renamed, by the kind of object they used to stand in. */
const moved: Record<string, string> = {
  'PipelineRun spec.serviceAccountName': 'in v1 it is spec.taskRunTemplate.serviceAccountName',
  'PipelineRun spec.podTemplate': 'in v1 it is spec.taskRunTemplate.podTemplate',
  'PipelineRun spec.timeout': 'in v1 it is spec.timeouts.pipeline',
  resources: 'in v1 the resources of a step are computeResources; PipelineResources are gone',
  bundle: 'in v1 bundles are found with resolver: bundles',
  conditions: 'conditions are gone; use when',
};

/** What the author may have meant by a field that does not exist; `path` is the field's own. */
export function suggest(
  kind: string,
  path: string,
  field: string,
  known: readonly string[],
): string | undefined {
  const old = moved[`${kind} ${path}`];
  if (old !== undefined) return old;
  const near = nearest(field, known);
  if (near !== undefined) return `did you mean ${JSON.stringify(near)}?`;
  if (moved[field] !== undefined) return moved[field];
  return known.length > 0 && known.length <= 12 ? `fields here: ${[...known].sort().join(', ')}` : undefined;
}

/** The one of some names that differs little enough from another to be meant. */
export function nearest(field: string, known: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(field.length / 3));
  let best: { name: string; distance: number } | undefined;
  for (const name of known) {
    const distance = editDistance(field.toLowerCase(), name.toLowerCase());
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { name, distance };
  }
  return best?.name;
}

/** Levenshtein's distance, neighbours swapped counting as one. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((row[j - 1] ?? 0) + 1, (previous[j] ?? 0) + 1, (previous[j - 1] ?? 0) + change);
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (before[j - 2] ?? cost) + 1);
      row.push(cost);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
