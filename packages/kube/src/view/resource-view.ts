import type { DeleteOptions } from '../client/client.ts';
import type { KubeObject, ResourceType } from '../object.ts';

/**
 * Shows the objects of one resource as objects of another, which are not stored themselves and so can never disagree with
 * what they show: read, watched and selected like others, under their source's resourceVersion, and written by nobody.
 */
export interface ResourceView {
  source: ResourceType;
  /**
   * What an object is shown as: objects in its namespace, whose names no other source gives. Always the same for the same
   * source.
   */
  project(source: KubeObject): KubeObject[];
  /** The sources that may give an object of this name; undefined when any may. @default any */
  sourcesOf?(name: string): readonly string[] | undefined;
  /** Brings about that the object is no longer shown, now or once what it stands for has ended. The requester may delete it. */
  remove(object: KubeObject, options: DeleteOptions): Promise<void>;
}
