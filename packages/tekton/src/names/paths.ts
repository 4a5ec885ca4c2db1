/** Files and directories that a Task's containers see. */
export const paths = {
  workspace: '/workspace',
  home: '/tekton/home',
  results: '/tekton/results',
  steps: '/tekton/steps',
  scripts: '/tekton/scripts',
  credentials: '/tekton/creds',
  artifacts: '/tekton/artifacts/provenance.json',
} as const;

/** Where a step writes the Task's result. */
export function resultPath(result: string): string {
  return `${paths.results}/${result}`;
}

/** Where a step writes a result of its own; `container` is the step's container name (`step-x`). */
export function stepResultPath(container: string, result: string): string {
  return `${paths.steps}/${container}/results/${result}`;
}

export function stepArtifactsPath(container: string): string {
  return `${paths.steps}/${container}/artifacts/provenance.json`;
}

/** Where a step's exit code is kept for later steps; `container` is the step's container name (`step-x`). */
export function exitCodePath(container: string): string {
  return `${paths.steps}/${container}/exitCode`;
}

/** Where a workspace is mounted when the Task does not say. */
export function workspacePath(declaration: { name: string; mountPath?: string | undefined }): string {
  return declaration.mountPath === undefined || declaration.mountPath === ''
    ? `${paths.workspace}/${declaration.name}`
    : declaration.mountPath;
}
