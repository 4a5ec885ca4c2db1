/** Conditions that the integration service sets on Snapshots. */
export const snapshotConditions = {
  testSucceeded: 'AppStudioTestSucceeded',
  integrationStatus: 'AppStudioIntegrationStatus',
  addedToCandidateList: 'AddedToGlobalCandidateList',
  autoReleased: 'AutoReleased',
} as const;
