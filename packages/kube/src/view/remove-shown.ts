import type { DeleteOptions } from '../client/client.ts';
import type { ResourceType } from '../object.ts';
import type { AnyObject } from '../resource.ts';
import { checkPreconditions } from '../store/lifecycle.ts';
import type { StoredObject } from '../store/object-table.ts';

/** Has a view remove an object that it shows; a dry run only checks the preconditions. @throws KubeError Conflict */
export async function removeShown(
  resource: ResourceType,
  stored: StoredObject,
  options: DeleteOptions & { dryRun?: boolean },
): Promise<StoredObject> {
  const object = JSON.parse(stored.body) as AnyObject;
  checkPreconditions(resource, object, options.preconditions ?? {});
  if (!options.dryRun) await resource.view?.remove(object, options);
  return stored;
}
