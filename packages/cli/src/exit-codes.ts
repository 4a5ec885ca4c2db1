/** What the process's exit code tells, the same for every command. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  denied: 3,
  forbidden: 4,
  notFound: 5,
  pending: 8,
  timedOut: 124,
  interrupted: 130,
} as const;
