import type { WorkspaceBinding } from '../types/workspaces.ts';
import type { Findings } from './field-error.ts';

const sources = [
  'persistentVolumeClaim',
  'volumeClaimTemplate',
  'emptyDir',
  'configMap',
  'secret',
  'projected',
  'csi',
] as const;
const named = ['persistentvolumeclaim', 'volumeclaimtemplate', 'emptydir', 'configmap', 'secret'];

/** What stands behind a workspace: exactly one volume, and enough of it. */
export function validateWorkspaceBinding(binding: WorkspaceBinding, findings: Findings): void {
  if (Object.values(binding).every((value) => value === undefined || value === '')) {
    findings.missing('');
    return;
  }
  const given = sources.filter((source) => binding[source] !== undefined);
  if (given.length > 1) findings.multipleOneOf(...named);
  else if (given.length === 0) findings.missingOneOf(...named);
  else if (binding.persistentVolumeClaim && !binding.persistentVolumeClaim.claimName) {
    findings.missing('persistentvolumeclaim.claimname');
  } else if (binding.configMap && !binding.configMap.name) findings.missing('configmap.name');
  else if (binding.secret && !binding.secret.secretName) findings.missing('secret.secretName');
  else if (binding.projected && (binding.projected.sources ?? []).length === 0)
    findings.missing('projected.sources');
  else if (binding.csi && !binding.csi.driver) findings.missing('csi.driver');
}
