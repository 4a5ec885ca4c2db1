import { formatFieldErrors, validateObject } from '@assay/tekton';
import type { BundleObject } from '../bundle/bundle-object.ts';

/** Why an object may not be trusted. */
export interface Finding {
  rule: 'valid' | 'params-in-script' | 'privilege' | 'version-label';
  /** `Task lint`, and the step where there is one. */
  place: string;
  message: string;
}

interface SecurityContext {
  privileged?: boolean;
  allowPrivilegeEscalation?: boolean;
  capabilities?: { add?: string[] };
}

interface Step {
  name?: string;
  script?: string;
  securityContext?: SecurityContext;
}

interface TaskSpec {
  steps?: Step[];
  sidecars?: Step[];
  stepTemplate?: Step;
  volumes?: { name?: string; hostPath?: unknown }[];
}

/** A variable in a script is pasted before any shell reads it: its value becomes code. */
const pasted = /\$\((params|tasks|workspaces|results|context|steps)[.[][^)]*\)/;

/**
 * The checks that come before trust: the object is valid, pastes no variable into a script, asks for no privilege, and says its version.
 * Untrusted: whoever wrote the task.
 */
export function checkObject(object: BundleObject): Finding[] {
  const place = `${object.kind} ${object.name}`;
  const errors = validateObject(object.object as unknown as Parameters<typeof validateObject>[0], {});
  const invalid: Finding[] =
    errors.length === 0 ? [] : [{ rule: 'valid', place, message: formatFieldErrors(errors) }];
  const unversioned: Finding[] =
    object.version === undefined
      ? [{ rule: 'version-label', place, message: 'it has no label app.kubernetes.io/version' }]
      : [];
  return [...invalid, ...unversioned, ...checkSpec(object, place)];
}

function checkSpec({ kind, object }: BundleObject, place: string): Finding[] {
  const spec = (object.spec ?? {}) as TaskSpec;
  if (kind === 'Pipeline') return [];
  const steps: Step[] =
    kind === 'StepAction'
      ? [spec as Step]
      : [
          ...(spec.steps ?? []),
          ...(spec.sidecars ?? []),
          ...(spec.stepTemplate ? [{ name: 'stepTemplate', ...spec.stepTemplate }] : []),
        ];
  const findings = steps.flatMap((step, index) =>
    checkStep(step, `${place}, step ${step.name ?? index + 1}`),
  );
  const mounted = (spec.volumes ?? [])
    .filter((volume) => volume.hostPath !== undefined)
    .map(
      (volume): Finding => ({
        rule: 'privilege',
        place,
        message: `volume ${volume.name} is a path of the host`,
      }),
    );
  return [...findings, ...mounted];
}

function checkStep({ script, securityContext = {} }: Step, place: string): Finding[] {
  const findings: Finding[] = [];
  const [variable] = pasted.exec(script ?? '') ?? [];
  if (variable !== undefined)
    findings.push({
      rule: 'params-in-script',
      place,
      message: `the script holds ${variable}: pass it through env, or its value is run as code`,
    });
  const privilege = (message: string) => findings.push({ rule: 'privilege', place, message });
  if (securityContext.privileged) privilege('it asks to be privileged');
  if (securityContext.allowPrivilegeEscalation) privilege('it asks for allowPrivilegeEscalation');
  const added = securityContext.capabilities?.add ?? [];
  if (added.length > 0) privilege(`it asks for capabilities: ${added.join(', ')}`);
  return findings;
}
