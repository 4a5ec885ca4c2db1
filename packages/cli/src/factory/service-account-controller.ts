import {
  apiServerIdentity,
  type Controller,
  isKubeError,
  type Namespace,
  Namespaces,
  type ServiceAccount,
  ServiceAccounts,
  type Store,
} from '@assay/kube';

/** Gives every namespace its ServiceAccount `default`, as Kubernetes does; runs that name none act as it. */
export function createServiceAccountController(store: Store): Controller<Namespace> {
  const client = store.client(apiServerIdentity);
  return {
    name: 'serviceaccount',
    resource: Namespaces,
    secondary: [
      {
        resource: ServiceAccounts,
        toKeys: ({ metadata }) =>
          metadata.name === 'default' ? [{ namespace: '', name: metadata.namespace ?? '' }] : [],
      },
    ],
    async reconcile({ name: namespace }, object) {
      if (!object || object.metadata.deletionTimestamp) return undefined;
      const account: ServiceAccount = {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'default', namespace },
      };
      try {
        await client.get(ServiceAccounts, namespace, 'default');
      } catch (error) {
        if (!isKubeError(error, 'NotFound')) throw error;
        await client.create(ServiceAccounts, account).catch((failure: unknown) => {
          // Made by somebody else in the meantime, or the namespace is going.
          if (
            !['AlreadyExists', 'Forbidden', 'NotFound'].some((code) =>
              isKubeError(failure, code as 'NotFound'),
            )
          )
            throw failure;
        });
      }
      return undefined;
    },
  };
}
