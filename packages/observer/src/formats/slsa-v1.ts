import { predicateTypes, type ResourceDescriptor, type Statement, statementTypes } from '@assay/attestation';
import {
  buildTypes,
  type DependencyOptions,
  pipelineRunDependencies,
  taskDescriptorFor,
  taskRunDependencies,
} from '../dependencies/resolved-dependencies.ts';
import { utcTime } from '../run/family.ts';
import {
  allPipelineRunSubjects,
  allSubjects,
  pipelineRunSubjects,
  type Subject,
  taskRunSubjects,
} from '../subjects/subjects.ts';
import { pipelineRunByproducts, resultByproducts, runRecord, taskRunByproducts } from './byproducts.ts';
import { featureFlags } from './feature-flags.ts';
import type { AttestedRun, FormatContext } from './format.ts';

/** SLSA provenance v1.0 as Chains' `slsa/v2alpha3`: results of steps do not count, all results are byproducts. */
export function slsaV2alpha3(attested: AttestedRun, context: FormatContext): Statement {
  const { deepInspection, warn } = context;
  const subjects =
    attested.kind === 'TaskRun'
      ? allSubjects(attested.run.status?.results ?? [], warn)
      : allPipelineRunSubjects(attested.family, deepInspection, warn);
  const options = { withStepResults: false };
  return provenance(
    attested,
    context,
    subjects,
    dependencies(attested, context, options),
    resultByproducts(attested),
  );
}

/** SLSA provenance v1.0 as Chains' `slsa/v2alpha4`: step results count, and only marked outputs are subjects. */
export function slsaV2alpha4(attested: AttestedRun, context: FormatContext): Statement {
  const { deepInspection, warn } = context;
  const options = { withStepResults: true };
  return attested.kind === 'TaskRun'
    ? provenance(
        attested,
        context,
        taskRunSubjects(attested.run, warn),
        dependencies(attested, context, options),
        taskRunByproducts(attested.run),
      )
    : provenance(
        attested,
        context,
        pipelineRunSubjects(attested.family, deepInspection, warn),
        dependencies(attested, context, options),
        pipelineRunByproducts(attested.family, deepInspection),
      );
}

function dependencies(
  attested: AttestedRun,
  { buildType, deepInspection, warn }: FormatContext,
  options: DependencyOptions,
): ResourceDescriptor[] {
  return attested.kind === 'TaskRun'
    ? taskRunDependencies(attested.run, options, warn)
    : pipelineRunDependencies(attested.family, { ...options, buildType, deepInspection }, warn);
}

function provenance(
  attested: AttestedRun,
  context: FormatContext,
  subject: Subject[],
  resolvedDependencies: ResourceDescriptor[],
  byproducts: ResourceDescriptor[],
): Statement {
  taskDescriptorFor(context.buildType);
  const { metadata, status } = attested.run;
  const startedOn = utcTime(status?.startTime);
  const finishedOn = utcTime(status?.completionTime);
  const all = context.extensions ? [...byproducts, runRecord(attested, context.missingChildren)] : byproducts;
  return {
    _type: statementTypes.v1,
    subject,
    predicateType: predicateTypes.slsaProvenance1,
    predicate: {
      buildDefinition: {
        buildType: context.buildType,
        externalParameters: externalParameters(attested),
        internalParameters: internalParameters(attested, context.buildType),
        resolvedDependencies,
      },
      runDetails: {
        builder: { id: context.builderId },
        metadata: {
          invocationId: metadata?.uid ?? '',
          ...(startedOn && { startedOn }),
          ...(finishedOn && { finishedOn }),
        },
        ...(all.length > 0 && { byproducts: all }),
      },
    },
  };
}

function externalParameters(attested: AttestedRun): Record<string, unknown> {
  const source = attested.run.status?.provenance?.refSource;
  const resolver =
    attested.kind === 'TaskRun'
      ? attested.run.spec?.taskRef?.resolver
      : attested.run.spec?.pipelineRef?.resolver;
  const runSpec = attested.run.spec ?? {};
  if (source === undefined || !resolver || resolver === 'Cluster') return { runSpec };
  // One digest has room here; the first by name, so that the statement is the same every time.
  const digest = Object.entries(source.digest ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))[0];
  const buildConfigSource = {
    ref: digest === undefined ? '' : digest.join(':'),
    repository: source.uri ?? '',
    path: source.entryPoint ?? '',
  };
  return { buildConfigSource, runSpec };
}

function internalParameters(attested: AttestedRun, buildType: string): Record<string, unknown> {
  const { metadata, status } = attested.run;
  const flags = status?.provenance?.featureFlags;
  return {
    ...(flags !== undefined && { 'tekton-pipelines-feature-flags': featureFlags(flags) }),
    ...(buildType === buildTypes.slsaTekton && {
      labels: metadata?.labels ?? {},
      annotations: metadata?.annotations ?? {},
    }),
  };
}
