/** Why a run cannot start: goes into its condition as it is. */
export interface RunProblem<R extends string> {
  reason: R;
  message: string;
}
