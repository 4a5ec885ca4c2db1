/** Who makes a call. */
export interface Identity {
  name: string;
  groups: readonly string[];
}

/** The person who runs the factory: everything but the reserved fields. */
export const adminIdentity: Identity = { name: 'admin', groups: ['system:masters'] };
/** The controllers that execute runs. */
export const runnerIdentity: Identity = { name: 'runner', groups: [] };
/** The process that signs what it saw. */
export const observerIdentity: Identity = { name: 'observer', groups: [] };
