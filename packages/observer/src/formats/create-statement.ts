import type { Statement } from '@assay/attestation';
import type { PipelineRun, TaskRun } from '@assay/tekton';
import { buildTypes } from '../dependencies/resolved-dependencies.ts';
import { ObserverError } from '../error.ts';
import { ignoreWarnings, type Warn } from '../hints/warning.ts';
import { familyOf } from '../run/family.ts';
import { type AttestedRun, type FormatContext, type StatementFormat, statementFormats } from './format.ts';
import { slsaV2alpha3, slsaV2alpha4 } from './slsa-v1.ts';
import { slsaV02 } from './slsa-v02.ts';

/** The builder that an Assay on one's own machine names in provenance. */
export const localBuilderId = 'https://assay.dev/builders/local/v1';

export interface StatementOptions {
  /** @default 'slsa/v2alpha4' */
  format?: StatementFormat;
  /** Who vouches for the build. @default localBuilderId */
  builderId?: string;
  /** SLSA v1 only. @default 'https://tekton.dev/chains/v2/slsa' */
  buildType?: string;
  /** For a PipelineRun: whether results of its TaskRuns count as its own. @default false */
  deepInspection?: boolean;
  /** The TaskRuns of a PipelineRun, in the order of `status.childReferences`. */
  children?: readonly TaskRun[];
  /** Records, in SLSA v1 formats, what Chains does not: see `runRecord`. @default false */
  extensions?: boolean;
  /** Children that no longer exist; recorded with `extensions`. */
  missingChildren?: readonly string[];
  /** Receives hints that were left out. */
  warn?: Warn;
}

/**
 * The in-toto statement about a finished run, as Tekton Chains would make it: a pure function of its arguments, so
 * the same run always gives the same statement.
 *
 * Params and results are the build's own words. They are believed to name what it used and made, which is what a
 * policy then checks; malformed ones are left out, never an error.
 *
 * Throws `UnsupportedFormat`, `UnsupportedBuildType`, `UnsupportedRun`.
 */
export function createStatement(run: TaskRun | PipelineRun, options: StatementOptions = {}): Statement {
  const { format = 'slsa/v2alpha4', children = [] } = options;
  const context: FormatContext = {
    builderId: options.builderId ?? localBuilderId,
    buildType: options.buildType ?? buildTypes.slsa,
    deepInspection: options.deepInspection ?? false,
    extensions: options.extensions ?? false,
    missingChildren: options.missingChildren ?? [],
    warn: options.warn ?? ignoreWarnings,
  };
  const attested = attestedRun(run, children);
  switch (format) {
    case 'slsa/v2alpha4':
      return slsaV2alpha4(attested, context);
    case 'slsa/v2alpha3':
      return slsaV2alpha3(attested, context);
    case 'slsa/v1':
    case 'in-toto':
      return slsaV02(attested, context);
    default:
      throw new ObserverError('UnsupportedFormat', `unknown statement format ${JSON.stringify(format)}`, {
        hint: `use one of ${statementFormats.join(', ')}`,
      });
  }
}

/** The kind decides; an object without one is told by what its spec and status refer to. */
function attestedRun(run: TaskRun | PipelineRun, children: readonly TaskRun[]): AttestedRun {
  if (isPipelineRun(run)) return { kind: 'PipelineRun', run, family: familyOf(run, children) };
  if (run.kind === undefined || run.kind === 'TaskRun') return { kind: 'TaskRun', run };
  throw new ObserverError('UnsupportedRun', `a ${String(run.kind)} cannot be attested`, {
    hint: 'only TaskRuns and PipelineRuns of tekton.dev/v1 are',
  });
}

function isPipelineRun(run: TaskRun | PipelineRun): run is PipelineRun {
  if (run.kind !== undefined) return run.kind === 'PipelineRun';
  const { spec, status } = run as Partial<PipelineRun>;
  const members = [
    spec?.pipelineRef,
    spec?.pipelineSpec,
    spec?.taskRunTemplate,
    status?.pipelineSpec,
    status?.childReferences,
  ];
  return members.some((member) => member !== undefined);
}
