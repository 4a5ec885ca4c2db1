/** Who makes a call. */
export interface Identity {
  name: string;
  groups: readonly string[];
  uid?: string;
  /** What else the authenticator knows, as TokenReview's `user.extra` has it. */
  extra?: Readonly<Record<string, readonly string[]>>;
}

const anonymousName = 'system:anonymous';
const authenticated = 'system:authenticated';

/** The person who runs the factory: everything but the reserved fields. */
export const adminIdentity: Identity = { name: 'admin', groups: ['system:masters'] };
/** The controllers that execute runs. */
export const runnerIdentity: Identity = { name: 'runner', groups: [] };
/** The process that signs what it saw. */
export const observerIdentity: Identity = { name: 'observer', groups: [] };
/** The release service: makes Snapshots, judges them, and starts the pipelines that release them. */
export const gateIdentity: Identity = { name: 'gate', groups: [] };
/** The API server's own upkeep: default roles, ServiceAccounts of namespaces, lookups for tokens. */
export const apiServerIdentity: Identity = { name: 'system:apiserver', groups: ['system:masters'] };
/** Nobody in particular. */
export const anonymousIdentity: Identity = { name: anonymousName, groups: ['system:unauthenticated'] };

/** The groups an identity is in, with the one that everybody is in who has shown a token. */
export function allGroups({ name, groups }: Identity): readonly string[] {
  return name === anonymousName || groups.includes(authenticated) ? groups : [...groups, authenticated];
}
