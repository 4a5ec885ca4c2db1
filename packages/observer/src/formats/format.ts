import type { PipelineRun, TaskRun } from '@assay/tekton';
import type { Warn } from '../hints/warning.ts';
import type { RunFamily } from '../run/family.ts';

/** The names that Tekton Chains gives its formats; the first two are one. */
export const statementFormats = ['slsa/v2alpha4', 'slsa/v2alpha3', 'slsa/v1', 'in-toto'] as const;

export type StatementFormat = (typeof statementFormats)[number];

/** A run to attest, told apart by kind. */
export type AttestedRun =
  | { kind: 'TaskRun'; run: TaskRun }
  | { kind: 'PipelineRun'; run: PipelineRun; family: RunFamily<PipelineRun> };

/** What every format needs to know. */
export interface FormatContext {
  builderId: string;
  buildType: string;
  deepInspection: boolean;
  /** Adds what Chains does not record; see `runRecord`. */
  extensions: boolean;
  missingChildren: readonly string[];
  warn: Warn;
}
