/** How an attested task was named, as trust is given to it. */
export interface TaskReference {
  /** Its name in the pipeline. */
  pipelineTask: string;
  /** The name of the Task. */
  task: string;
  /** `oci://repository[:tag]`, or `git+URL.git//path`; empty for a task that is trusted by neither. */
  key: string;
  /** Digest or commit; empty when the reference is not pinned. */
  pinned: string;
  /** As it stands in the pipeline: `repository:tag@digest`, or the revision. */
  written: string;
}

type Document = Record<string, unknown>;

/** The tasks that a provenance statement names, v0.2 or v1, with their references. What it holds is its signer's claim. */
export function taskReferences(statement: Document): TaskReference[] {
  const predicate = documentOf(statement.predicate);
  const tasks = listOf(documentOf(predicate.buildConfig).tasks);
  const dependencies = listOf(documentOf(predicate.buildDefinition).resolvedDependencies);
  const embedded = dependencies.flatMap((dependency) => {
    if (dependency.name !== 'pipelineTask' || typeof dependency.content !== 'string') return [];
    try {
      return [documentOf(JSON.parse(Buffer.from(dependency.content, 'base64').toString()))];
    } catch {
      return [];
    }
  });
  return [...tasks, ...embedded].map(referenceOf);
}

function referenceOf(task: Document): TaskReference {
  const metadata = documentOf(task.metadata);
  const labels = documentOf(metadata.labels ?? documentOf(documentOf(task.invocation).environment).labels);
  const ref = documentOf(task.ref ?? task.taskRef ?? documentOf(task.spec).taskRef);
  const param = (name: string) =>
    textOf(listOf(ref.params).find((candidate) => candidate.name === name)?.value);
  const names = {
    pipelineTask: textOf(labels['tekton.dev/pipelineTask']) || textOf(task.name),
    task: textOf(labels['tekton.dev/task']) || textOf(ref.name) || param('name'),
  };
  const bundle = textOf(ref.bundle) || (ref.resolver === 'bundles' ? param('bundle') : '');
  if (bundle !== '') {
    const [named, digest = ''] = bundle.split('@') as [string, string?];
    return { ...names, key: `oci://${named}`, pinned: digest, written: bundle };
  }
  if (ref.resolver === 'git') {
    const url = param('url').replace(/^git\+/, '');
    const revision = param('revision');
    const pinned = /^[0-9a-f]{40}$/.test(revision) ? revision : '';
    const key = `git+${url.endsWith('.git') ? url : `${url}.git`}//${param('pathInRepo')}`;
    return { ...names, key, pinned, written: revision };
  }
  return { ...names, key: '', pinned: '', written: names.task };
}

function documentOf(value: unknown): Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Document) : {};
}

function listOf(value: unknown): Document[] {
  return Array.isArray(value) ? value.map(documentOf) : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
