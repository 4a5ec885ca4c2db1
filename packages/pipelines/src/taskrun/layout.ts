import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HostIds, type Mount, makeSharedDirectory } from '@assay/sandbox';
import { type Step, stepContainerName } from '@assay/tekton';

/**
 * The directories of one attempt on the host, laid out as Tekton's containers see `/tekton` and `/workspace`.
 *
 * `tekton` is mounted read-only over `/tekton`; only what a step may write is mounted writable on top. The exit
 * codes live where no step can write, so that nothing written by this process ever follows a step's symlink.
 */
export interface AttemptLayout {
  directory: string;
  tekton: string;
  workspace: string;
  results: string;
  volumes: string;
  /** The Secrets that steps get credentials from, a directory each. */
  secrets: string;
}

/** Makes the directories for a Task with these steps. */
export function createLayout(directory: string, steps: Step[], owner: HostIds): AttemptLayout {
  const tekton = join(directory, 'tekton');
  mkdirSync(tekton, { recursive: true });
  for (const name of ['bin', 'scripts', 'steps', 'run', 'creds', 'creds-secrets'])
    mkdirSync(join(tekton, name));
  const secrets = join(directory, 'creds-secrets');
  mkdirSync(secrets);
  for (const name of ['home', 'results', 'artifacts']) makeSharedDirectory(join(tekton, name), owner);
  writeFileSync(join(tekton, 'termination'), '');
  chownSync(join(tekton, 'termination'), owner.uid, owner.gid);
  chmodSync(join(tekton, 'termination'), 0o666);
  for (const [index, step] of steps.entries()) {
    const status = join(tekton, 'run', String(index), 'status');
    mkdirSync(status, { recursive: true });
    makeSharedDirectory(join(status, 'results'), owner);
    makeSharedDirectory(join(status, 'artifacts'), owner);
    makeSharedDirectory(join(directory, 'creds', String(index)), owner);
    for (const name of [stepContainerName(step.name, index), String(index)]) {
      symlinkSync(`../run/${index}/status`, join(tekton, 'steps', name));
    }
  }
  const workspace = join(directory, 'workspace');
  makeSharedDirectory(workspace, owner);
  const volumes = join(directory, 'volumes');
  mkdirSync(volumes);
  return { directory, tekton, workspace, results: join(tekton, 'results'), volumes, secrets };
}

/** Writes a script where steps find it. @returns its path in the container */
export function writeScript(layout: AttemptLayout, name: string, text: string): string {
  const path = join(layout.tekton, 'scripts', name);
  writeFileSync(path, text, { mode: 0o755 });
  chmodSync(path, 0o755);
  return `/tekton/scripts/${name}`;
}

/** Records a finished step's exit code for the steps after it (`$(steps.step-<name>.exitCode.path)`). */
export function writeExitCode(layout: AttemptLayout, index: number, code: string): void {
  writeFileSync(join(layout.tekton, 'run', String(index), 'status', 'exitCode'), code);
}

/** Where a step's own results arrive. */
export function stepResultsDirectory(layout: AttemptLayout, index: number): string {
  return join(layout.tekton, 'run', String(index), 'status', 'results');
}

/** Where a step names the artifacts that it used and made. */
export function stepArtifactsDirectory(layout: AttemptLayout, index: number): string {
  return join(layout.tekton, 'run', String(index), 'status', 'artifacts');
}

/** Where steps name those of the Task. */
export function taskArtifactsDirectory(layout: AttemptLayout): string {
  return join(layout.tekton, 'artifacts');
}

/** What a step has of credentials; in no directory that other containers see. */
export function stepCredentialsDirectory({ directory }: AttemptLayout, index: number): string {
  return join(directory, 'creds', String(index));
}

/** What a step with breakpoints has for itself. */
export function stepBreakpointDirectory({ directory }: AttemptLayout, index: number): string {
  return join(directory, 'debug', String(index));
}

/** A path of a step's container, past the links by which `/tekton/steps` names its own directory. */
export function stepPath(path: string, step: Step, index: number): string {
  const own = [stepContainerName(step.name, index), String(index)].map((name) => `/tekton/steps/${name}/`);
  const prefix = own.find((start) => path.startsWith(start));
  return prefix === undefined ? path : `/tekton/run/${index}/status/${path.slice(prefix.length)}`;
}

/** The mounts every step gets, without those that the step mounts itself. */
export function stepMounts(layout: AttemptLayout, index: number, own: Mount[]): Mount[] {
  const run = join(layout.tekton, 'run', String(index), 'status');
  const mounts: Mount[] = [
    { source: layout.workspace, destination: '/workspace', readOnly: false },
    { source: layout.tekton, destination: '/tekton', readOnly: true },
    { source: join(layout.tekton, 'home'), destination: '/tekton/home', readOnly: false },
    { source: layout.results, destination: '/tekton/results', readOnly: false },
    { source: join(layout.tekton, 'artifacts'), destination: '/tekton/artifacts', readOnly: false },
    { source: join(layout.tekton, 'termination'), destination: '/tekton/termination', readOnly: false },
    { source: stepCredentialsDirectory(layout, index), destination: '/tekton/creds', readOnly: false },
    { source: layout.secrets, destination: '/tekton/creds-secrets', readOnly: true },
    { source: join(run, 'results'), destination: `/tekton/run/${index}/status/results`, readOnly: false },
    { source: join(run, 'artifacts'), destination: `/tekton/run/${index}/status/artifacts`, readOnly: false },
  ];
  return withoutShadowed(mounts, own);
}

/** The mounts every sidecar gets: what the steps share, and no way to write results. */
export function sidecarMounts(layout: AttemptLayout, own: Mount[]): Mount[] {
  const mounts: Mount[] = [
    { source: layout.workspace, destination: '/workspace', readOnly: false },
    { source: layout.tekton, destination: '/tekton', readOnly: true },
    { source: join(layout.tekton, 'home'), destination: '/tekton/home', readOnly: false },
  ];
  return withoutShadowed(mounts, own);
}

function withoutShadowed(implicit: Mount[], own: Mount[]): Mount[] {
  const taken = new Set(own.map((mount) => mount.destination));
  return [...implicit.filter((mount) => !taken.has(mount.destination)), ...own];
}
