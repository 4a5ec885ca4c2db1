import { predicateTypes, type Statement, statementTypes } from '@assay/attestation';
import type { TaskRun } from '@assay/tekton';
import { pipelineRunMaterials, taskRunMaterials } from '../dependencies/materials.ts';
import { utcTime } from '../run/family.ts';
import { allPipelineRunSubjects, allSubjects } from '../subjects/subjects.ts';
import type { AttestedRun, FormatContext } from './format.ts';
import { invocation, stepRecord } from './invocation.ts';
import { pipelineBuildConfig } from './pipeline-build-config.ts';

/** SLSA provenance v0.2 as Chains' `slsa/v1` and `in-toto` write it. */
export function slsaV02(attested: AttestedRun, context: FormatContext): Statement {
  const { builderId, deepInspection, warn } = context;
  const { metadata, status } = attested.run;
  const startedOn = utcTime(status?.startTime);
  const finishedOn = utcTime(status?.completionTime);
  const specs =
    attested.kind === 'TaskRun'
      ? attested.run.status?.taskSpec?.params
      : attested.run.status?.pipelineSpec?.params;
  return {
    _type: statementTypes.v01,
    subject:
      attested.kind === 'TaskRun'
        ? allSubjects(attested.run.status?.results ?? [], warn)
        : allPipelineRunSubjects(attested.family, deepInspection, warn),
    predicateType: predicateTypes.slsaProvenance02,
    predicate: {
      builder: { id: builderId },
      buildType: `tekton.dev/v1/${attested.kind}`,
      invocation: invocation(metadata, status?.provenance?.refSource, attested.run.spec?.params, specs),
      buildConfig:
        attested.kind === 'TaskRun'
          ? { steps: taskRunSteps(attested.run) }
          : pipelineBuildConfig(attested.family),
      metadata: {
        ...(startedOn && { buildStartedOn: startedOn }),
        ...(finishedOn && { buildFinishedOn: finishedOn }),
        completeness: { parameters: false, environment: false, materials: false },
        reproducible: metadata?.labels?.['chains.tekton.dev/reproducible'] === 'true',
      },
      materials:
        attested.kind === 'TaskRun'
          ? taskRunMaterials(attested.run, warn)
          : pipelineRunMaterials(attested.family, deepInspection, warn),
    },
  };
}

function taskRunSteps(run: TaskRun): Record<string, unknown>[] {
  return (run.status?.steps ?? []).map((state) =>
    stepRecord(
      run.status?.taskSpec?.steps?.find((step) => (step.name ?? '') === (state.name ?? '')),
      state,
    ),
  );
}
