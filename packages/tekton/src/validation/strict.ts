import type { KubeObject } from '@assay/kube';
import { localFeatureFlags } from '../defaults/config.ts';
import type { Sidecar, Step, StepTemplate } from '../types/containers.ts';
import type { PipelineSpec } from '../types/pipeline.ts';
import type { PipelineRun } from '../types/pipelinerun.ts';
import type { PodTemplate } from '../types/pod-template.ts';
import { tektonGroup } from '../types/resources.ts';
import type { Task, TaskSpec } from '../types/task.ts';
import type { TaskRun } from '../types/taskrun.ts';
import type { Volume } from '../types/volumes.ts';
import type { WorkspaceBinding } from '../types/workspaces.ts';
import type { FieldError } from './field-error.ts';
import { Findings, mergeFieldErrors } from './field-error.ts';
import { validateObject } from './validate.ts';

type Container = Step | StepTemplate | Sidecar;

/** Settings of a pod that a cluster heeds and one machine cannot. */
const ofPods = {
  nodeSelector: 'which nodes may run it',
  tolerations: 'which nodes may run it',
  affinity: 'which nodes may run it',
  topologySpreadConstraints: 'which nodes may run it',
  schedulerName: 'which scheduler places it',
  priorityClassName: 'which pods make way for it',
  runtimeClassName: 'which runtime runs it',
  hostNetwork: 'which network it sees',
  hostUsers: 'which users it has',
  dnsPolicy: 'how it finds names',
  enableServiceLinks: 'which variables tell it of services',
} as const satisfies Partial<Record<keyof PodTemplate, string>>;

const ofSecurity = [
  'seccompProfile',
  'appArmorProfile',
  'seLinuxOptions',
  'allowPrivilegeEscalation',
  'procMount',
] as const;
const localVolumes = ['emptyDir', 'configMap', 'secret', 'persistentVolumeClaim', 'projected'];

function inContainer(container: Container, findings: Findings): void {
  const { image = '', securityContext = {}, computeResources } = container;
  if (/^(localhost|127\.0\.0\.1|\[::1\])[:/]/.test(image)) {
    findings.add('a cluster cannot pull an image from the registry of this machine', ['image']);
  }
  const at = findings.at('securityContext');
  if (securityContext.privileged) at.add('runs privileged on a cluster, and is refused here', ['privileged']);
  for (const field of ofSecurity) {
    if (securityContext[field] !== undefined)
      at.add('has no effect here; every step has the profile of this machine', [field]);
  }
  if (computeResources?.requests) {
    findings.add('has no effect here; a cluster reserves that much', ['computeResources.requests']);
  }
  if ('volumeDevices' in container && container.volumeDevices?.length) {
    findings.add('block devices are there on a cluster alone', ['volumeDevices']);
  }
}

function inSidecar(sidecar: Sidecar, findings: Findings): void {
  if (sidecar.livenessProbe)
    findings.add('restarts the sidecar on a cluster, and not here', ['livenessProbe']);
  if (sidecar.lifecycle) findings.add('has no effect here', ['lifecycle']);
  inContainer(sidecar, findings);
}

function inVolumes(volumes: readonly Volume[] | undefined, findings: Findings): void {
  for (const [index, { name: _, ...sources }] of (volumes ?? []).entries()) {
    const kind = Object.keys(sources).find((source) => !localVolumes.includes(source));
    if (kind !== undefined)
      findings.at('volumes', index).add(`a volume of this kind is refused here: ${kind}`, [kind]);
    const { emptyDir } = sources;
    if (emptyDir?.sizeLimit !== undefined) {
      findings
        .at('volumes', index)
        .add('has no effect here; a cluster evicts the pod above it', ['emptyDir.sizeLimit']);
    }
  }
}

function inTaskSpec(spec: TaskSpec, findings: Findings): void {
  for (const [index, step] of (spec.steps ?? []).entries()) inContainer(step, findings.at('steps', index));
  if (spec.stepTemplate) inContainer(spec.stepTemplate, findings.at('stepTemplate'));
  for (const [index, sidecar] of (spec.sidecars ?? []).entries())
    inSidecar(sidecar, findings.at('sidecars', index));
  inVolumes(spec.volumes, findings);
}

function inPipelineSpec(spec: PipelineSpec, findings: Findings): void {
  for (const section of ['tasks', 'finally'] as const) {
    for (const [index, { taskSpec, pipelineSpec }] of (spec[section] ?? []).entries()) {
      const at = findings.at(section, index);
      if (taskSpec) inTaskSpec(taskSpec, at.at('taskSpec'));
      if (pipelineSpec) inPipelineSpec(pipelineSpec, at.at('pipelineSpec'));
    }
  }
}

function inPodTemplate(template: PodTemplate | undefined, findings: Findings): void {
  if (template === undefined) return;
  for (const [field, meaning] of Object.entries(ofPods)) {
    if (template[field as keyof PodTemplate] === undefined) continue;
    findings.add(`has no effect here; it tells a cluster ${meaning}`, [field]);
  }
  inVolumes(template.volumes, findings);
}

const isClaim = (binding: WorkspaceBinding): boolean =>
  binding.persistentVolumeClaim !== undefined || binding.volumeClaimTemplate !== undefined;

/** Tekton's affinity assistant keeps all pods with one claim on one node, and so refuses two claims in one pod. */
function inWorkspaces(spec: PipelineRun['spec'], findings: Findings): void {
  const claims = new Set((spec.workspaces ?? []).filter(isClaim).map(({ name }) => name));
  for (const section of ['tasks', 'finally'] as const) {
    for (const [index, { workspaces = [] }] of (spec.pipelineSpec?.[section] ?? []).entries()) {
      const used = new Set(
        workspaces.map(({ name, workspace }) => workspace || name).filter((name) => claims.has(name)),
      );
      if (used.size < 2) continue;
      findings
        .at('pipelineSpec')
        .at(section, index)
        .add('uses more than one claim, which a cluster refuses while coschedule is workspaces', [
          'workspaces',
        ]);
    }
  }
}

/** What a cluster with Tekton's own settings refuses, and is accepted here. */
function beyondDefaults(object: KubeObject): FieldError[] {
  const local = new Set(
    validateObject(object, { featureFlags: localFeatureFlags }).map(({ message }) => message),
  );
  return validateObject(object)
    .filter(({ message }) => !local.has(message))
    .map((error) => ({
      ...error,
      message: `a cluster with the usual settings refuses this: ${error.message}`,
    }));
}

/**
 * What an object would do differently on a cluster with Tekton's usual settings: alpha features, fields without effect
 * on one machine, and fields that are refused here. Call after `setDefaults`; the object is taken to be valid. What
 * only a run can show, such as results above 4 KiB, is not here.
 */
export function strictWarnings(object: KubeObject): FieldError[] {
  if (!object.apiVersion.startsWith(`${tektonGroup}/`)) return [];
  const findings = new Findings(beyondDefaults(object));
  const at = findings.at('spec');
  switch (object.kind) {
    case 'Task':
      inTaskSpec((object as Task).spec ?? {}, at);
      break;
    case 'Pipeline':
      inPipelineSpec((object as KubeObject & { spec?: PipelineSpec }).spec ?? {}, at);
      break;
    case 'TaskRun': {
      const spec = (object as TaskRun).spec ?? {};
      if (spec.taskSpec) inTaskSpec(spec.taskSpec, at.at('taskSpec'));
      inPodTemplate(spec.podTemplate, at.at('podTemplate'));
      break;
    }
    case 'PipelineRun': {
      const spec = (object as PipelineRun).spec ?? {};
      if (spec.pipelineSpec) inPipelineSpec(spec.pipelineSpec, at.at('pipelineSpec'));
      inPodTemplate(spec.taskRunTemplate?.podTemplate, at.at('taskRunTemplate').at('podTemplate'));
      for (const [index, { podTemplate }] of (spec.taskRunSpecs ?? []).entries()) {
        inPodTemplate(podTemplate, at.at('taskRunSpecs', index).at('podTemplate'));
      }
      inWorkspaces(spec, at);
      break;
    }
    default:
      break;
  }
  return mergeFieldErrors(findings.errors);
}
