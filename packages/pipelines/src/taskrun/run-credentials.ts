import type { Client, Secret, ServiceAccount } from '@assay/kube';
import type { TaskRun } from '@assay/tekton';
import { type StepCredentials, stepCredentials } from '../credentials/creds-init.ts';
import { type DockerAuths, pullAuths } from '../credentials/docker-credentials.ts';
import { CredentialsProblem } from '../credentials/git-credentials.ts';
import { accountSecrets } from '../credentials/service-account.ts';
import { CannotStart } from './cannot-start.ts';

/** What a TaskRun may use of other people's services. */
export interface RunCredentials {
  /** For its steps. */
  steps: StepCredentials;
  /** For pulling its images. */
  pull: DockerAuths | undefined;
  /** Secrets that its ServiceAccount names and that are not there. */
  missing: string[];
}

/** Makes logins that a run's steps have besides their ServiceAccount's Secrets, in the form of such. */
export type AccountLogins = (account: ServiceAccount, taskRun: TaskRun) => Promise<Secret[]>;

/**
 * The credentials that a TaskRun has by its ServiceAccount and podTemplate.
 * @param logins what the account has besides; its own Secrets hold where both know a registry
 * @throws CannotStart when the account does not exist, or a Secret is broken
 */
export async function runCredentials(
  taskRun: TaskRun,
  client: Client,
  logins?: AccountLogins,
): Promise<RunCredentials> {
  const { serviceAccountName, podTemplate } = taskRun.spec;
  const namespace = taskRun.metadata.namespace!;
  const account = await accountSecrets(client, namespace, serviceAccountName, podTemplate);
  if (!account) {
    throw new CannotStart(
      'PodCreationFailed',
      `failed to create task run pod "${taskRun.metadata.name}": translating TaskSpec to Pod: serviceaccounts "${serviceAccountName}" not found. Maybe missing or invalid Task ${namespace}/${taskRun.spec.taskRef?.name ?? ''}`,
    );
  }
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
