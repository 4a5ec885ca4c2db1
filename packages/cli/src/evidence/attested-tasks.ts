import type { Statement } from '@assay/attestation';
import { type TaskReference, taskReferences } from '@assay/policy';

/** A file between tasks, by digest. */
export interface ArtifactEdge {
  name: string;
  /** `oci:<repository>@<digest>`. */
  address: string;
}

/** A task that a provenance names, with what it took and what it gave. */
export interface AttestedTask extends TaskReference {
  takes: ArtifactEdge[];
  gives: ArtifactEdge[];
}

interface NamedValue {
  name?: unknown;
  value?: unknown;
}

interface TaskRunContent {
  metadata?: { labels?: Record<string, string> };
  spec?: { params?: NamedValue[] };
  status?: { results?: NamedValue[] };
}

interface BuildTask {
  name?: unknown;
  invocation?: { parameters?: Record<string, unknown> };
  results?: NamedValue[];
}

/** The tasks of a PipelineRun's provenance, v1 or v0.2, in its order. What it holds is its signer's claim. */
export function attestedTasks(statement: Statement): AttestedTask[] {
  const edges = new Map([...edgesOfContents(statement), ...edgesOfBuildConfig(statement)]);
  return taskReferences({ ...statement }).map((reference) => ({
    ...reference,
    ...(edges.get(reference.pipelineTask) ?? { takes: [], gives: [] }),
  }));
}

type Edges = [task: string, edges: Pick<AttestedTask, 'takes' | 'gives'>];

function edgesOfContents({ predicate }: Statement): Edges[] {
  const { resolvedDependencies = [] } = (predicate.buildDefinition ?? {}) as {
    resolvedDependencies?: { name?: string; content?: string }[];
  };
  return resolvedDependencies.flatMap(({ name, content }): Edges[] => {
    if (name !== 'pipelineTask' || content === undefined) return [];
    const run = JSON.parse(Buffer.from(content, 'base64').toString('utf8')) as TaskRunContent;
    const task = run.metadata?.labels?.['tekton.dev/pipelineTask'] ?? '';
    return [[task, { takes: artifactsOf(run.spec?.params), gives: artifactsOf(run.status?.results) }]];
  });
}

function edgesOfBuildConfig({ predicate }: Statement): Edges[] {
  const { tasks = [] } = (predicate.buildConfig ?? {}) as { tasks?: BuildTask[] };
  return tasks.map(({ name, invocation, results }): Edges => {
    const params = Object.entries(invocation?.parameters ?? {}).map(([key, value]) => ({ name: key, value }));
    return [String(name), { takes: artifactsOf(params), gives: artifactsOf(results) }];
  });
}

function artifactsOf(values: readonly NamedValue[] = []): ArtifactEdge[] {
  return values.flatMap(({ name, value }) =>
    typeof name === 'string' && typeof value === 'string' && value.startsWith('oci:')
      ? [{ name, address: value }]
      : [],
  );
}
