import { z } from 'zod';
import { objectMetaSchema } from './metadata.ts';
import { shape, text } from './shape.ts';

const keySchema = shape(
  {},
  {
    secretRef: shape({}, { name: text, namespace: text }),
    /** A public key, PEM. */
    data: text,
    kms: text,
    /** `sha224`, `sha256`, `sha384` or `sha512`. @default sha256 */
    hashAlgorithm: text,
  },
);
/** Where a public key is found: one of `data`, `secretRef` and `kms`. */
export type VerificationKey = z.infer<typeof keySchema>;

export const verificationPolicySpecSchema = shape(
  {},
  {
    resources: z.array(shape({ pattern: text }, {})),
    authorities: z.array(shape({ name: text }, { key: keySchema })),
    /** `enforce` or `warn`; `enforce` when absent. */
    mode: text,
  },
);
export type VerificationPolicySpec = z.infer<typeof verificationPolicySpecSchema>;

export const verificationPolicySchema = shape(
  { apiVersion: text, kind: text, metadata: objectMetaSchema, spec: verificationPolicySpecSchema },
  {},
);
/** `tekton.dev/v1alpha1` VerificationPolicy: whose signatures count for which sources. */
export type VerificationPolicy = z.infer<typeof verificationPolicySchema>;
