import type { ObjectKey } from '@assay/kube';
import type { PipelineRun, PipelineSpec } from '@assay/tekton';

/**
 * Makes a run's `status.pipelineSpec` the same object in all its turns while it says the same, so that what follows from it
 * alone (its graph, the names of its children) is worked out once. Nobody may write to it.
 */
export class PinnedSpecs {
  readonly #known = new Map<string, { spec: PipelineSpec; text: string }>();

  share(run: PipelineRun): PipelineRun {
    const spec = run.status?.pipelineSpec;
    if (!spec) return run;
    const key = keyOf(run.metadata);
    const text = JSON.stringify(spec);
    const known = this.#known.get(key);
    if (known?.text !== text) {
      this.#known.set(key, { spec, text });
      return run;
    }
    return known.spec === spec ? run : { ...run, status: { ...run.status, pipelineSpec: known.spec } };
  }

  forget(key: ObjectKey): void {
    this.#known.delete(keyOf(key));
  }
}

/** What follows from a spec alone: worked out when it is first asked for, and kept as long as the spec. */
export function derived<T>(derive: (spec: PipelineSpec) => T): (spec: PipelineSpec) => T {
  const known = new WeakMap<PipelineSpec, { value: T }>();
  return (spec) => {
    const found = known.get(spec) ?? { value: derive(spec) };
    known.set(spec, found);
    return found.value;
  };
}

function keyOf({ namespace, name }: { namespace?: string; name?: string }): string {
  return `${namespace}/${name}`;
}
