import type { Client, Secret, ServiceAccount } from '@assay/kube';
import type { TaskRun } from '@assay/tekton';
import { type StepCredentials, stepCredentials } from '../credentials/creds-init.ts';
import { type DockerAuths, pullAuths } from '../credentials/docker-credentials.ts';
import { CredentialsProblem } from '../credentials/git-credentials.ts';
import { accountSecrets } from '../credentials/service-account.ts';
import { CannotStart } from './cannot-start.ts';
import type { RuntimeFlags } from './execution-services.ts';

/** What a TaskRun may use of other people's services. */
export interface RunCredentials {
  /** For its steps. */
  steps: StepCredentials;
  /** For pulling its images. */
  pull: DockerAuths | undefined;
  /** Secrets that its ServiceAccount names and that are not there. */
  missing: string[];
}

const knownHostsMissing =
  'TaskRun validation failed. Git SSH Secret must have "known_hosts" included when feature flag "require-git-ssh-secret-known-hosts" is set to true';

/** Makes logins that a run's steps have besides their ServiceAccount's Secrets, in the form of such. */
export type AccountLogins = (account: ServiceAccount, taskRun: TaskRun) => Promise<Secret[]>;

/**
 * The credentials that a TaskRun has by its ServiceAccount and podTemplate.
 * @param logins what the account has besides; its own Secrets hold where both know a registry
 * @param flags may want none at all, or more of Secrets
 * @throws CannotStart when the account does not exist, or a Secret is broken
 */
export async function runCredentials(
  taskRun: TaskRun,
  client: Client,
  logins?: AccountLogins,
  flags: RuntimeFlags = {},
): Promise<RunCredentials> {
  const { serviceAccountName, podTemplate } = taskRun.spec;
  const namespace = taskRun.metadata.namespace!;
  const account = await accountSecrets(client, namespace, serviceAccountName, podTemplate);
  const refuse = (why: string) =>
    new CannotStart(
      'PodCreationFailed',
      `failed to create task run pod "${taskRun.metadata.name}": translating TaskSpec to Pod: ${why}. Maybe missing or invalid Task ${namespace}/${taskRun.spec.taskRef?.name ?? ''}`,
    );
  if (!account) throw refuse(`serviceaccounts "${serviceAccountName}" not found`);
  if (flags.disableCredsInit)
    return { steps: stepCredentials([]), pull: pullAuths(account.pullSecrets), missing: [] };
  const unknownHosts = ({ type, data, stringData }: Secret) =>
    type === 'kubernetes.io/ssh-auth' && !('known_hosts' in { ...data, ...stringData });
  if (flags.requireGitSSHSecretKnownHosts && account.secrets.some(unknownHosts))
    throw refuse(knownHostsMissing);
  const made = (account.account && (await logins?.(account.account, taskRun))) ?? [];
  try {
    return {
      steps: stepCredentials([...made, ...account.secrets]),
      pull: pullAuths(account.pullSecrets),
      missing: account.missing,
    };
  } catch (error) {
    if (!(error instanceof CredentialsProblem)) throw error;
    throw new CannotStart('PodCreationFailed', `credentials of the ServiceAccount: ${error.message}`, {
      cause: error,
    });
  }
}
