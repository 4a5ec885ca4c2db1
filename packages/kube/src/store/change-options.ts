import type { WriteOptions } from '../admission/admit-change.ts';

/** How an object is changed. */
export interface ChangeOptions extends WriteOptions {
  /** What is made of the object is in JSON's terms and nobody else's, and the object is not altered for it. */
  own?: boolean;
}

/** What an apply is told beside the configuration. */
export interface ApplyRequest extends WriteOptions {
  fieldManager: string;
  force: boolean;
  subresource?: 'status' | undefined;
}
