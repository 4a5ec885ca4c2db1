/** One thing that was checked about an image, in words for people. */
export interface Check {
  name: CheckName;
  passed: boolean;
  message: string;
  /** What to do when it failed. */
  hint?: string;
  /** What it rests on: digests of blobs, key names, ignored evidence; one text each. */
  evidence?: string[];
}

/** The checks, in the order in which they are made; each stands on those before it. */
export const checkNames = [
  'image-digest',
  'image-signature',
  'attestation-signature',
  'attestation-subject',
  'attestation-syntax',
  'builder-id',
  'source',
] as const;

export type CheckName = (typeof checkNames)[number];

export function passed(name: CheckName, message: string, evidence?: string[]): Check {
  return { name, passed: true, message, ...(evidence !== undefined && evidence.length > 0 && { evidence }) };
}

export function failed(name: CheckName, message: string, hint: string, evidence?: string[]): Check {
  return {
    name,
    passed: false,
    message,
    hint,
    ...(evidence !== undefined && evidence.length > 0 && { evidence }),
  };
}

/** A check that had nothing to look at, since an earlier one failed. It counts as failed. */
export function notMade(name: CheckName, earlier: CheckName): Check {
  return { name, passed: false, message: `not checked, because ${earlier} failed` };
}
