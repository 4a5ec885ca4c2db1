import { z } from 'zod';

const criteria = z.array(z.string()).optional();
const digest = z.string().regex(/^sha256:[a-fA-F0-9]{64}$/, 'must be sha256: and 64 hexadecimal digits');
const imageUrl = z
  .string()
  .regex(
    /^[^/\s:@]+(:\d+)?(\/[^/\s:@]+){2,}$/,
    'must be a repository with a host and two more parts, without a tag',
  );

const volatileCriterionSchema = z
  .strictObject({
    value: z.string(),
    /** RFC 3339, or `YYYY-MM-DD`. Absent: always. */
    effectiveOn: z.string().optional(),
    effectiveUntil: z.string().optional(),
    /** Deprecated name of `imageDigest`. */
    imageRef: digest.optional(),
    imageDigest: digest.optional(),
    imageUrl: imageUrl.optional(),
    componentNames: z.array(z.string().min(1)).optional(),
    reference: z.string().optional(),
  })
  .refine(
    (entry) =>
      [entry.imageUrl, entry.imageDigest, entry.imageRef, entry.componentNames?.length].filter(Boolean)
        .length <= 1,
    'at most one of imageUrl, imageDigest, imageRef and componentNames may be given',
  );
/** A criterion that holds for a time, and for some images or components. */
export type VolatileCriterion = z.infer<typeof volatileCriterionSchema>;

const sourceSchema = z.strictObject({
  name: z.string().optional(),
  policy: z.array(z.string()).min(1),
  data: z.array(z.string()).optional(),
  ruleData: z.record(z.string(), z.unknown()).optional(),
  config: z.strictObject({ include: criteria, exclude: criteria }).optional(),
  volatileConfig: z
    .strictObject({
      include: z.array(volatileCriterionSchema).optional(),
      exclude: z.array(volatileCriterionSchema).optional(),
    })
    .optional(),
});
/** Policies with their data, evaluated together and apart from the other sources. */
export type PolicySource = z.infer<typeof sourceSchema>;

/** `spec` of an EnterpriseContractPolicy (`appstudio.redhat.com/v1alpha1`). */
export const policySpecSchema = z.strictObject({
  name: z.string().optional(),
  description: z.string().optional(),
  /** PEM, or a reference to a key. */
  publicKey: z.string().optional(),
  /** Empty switches the transparency log off. */
  rekorUrl: z.string().optional(),
  identity: z
    .strictObject({
      subject: z.string().optional(),
      subjectRegExp: z.string().optional(),
      issuer: z.string().optional(),
      issuerRegExp: z.string().optional(),
    })
    .optional(),
  sources: z.array(sourceSchema).min(1),
  /** Deprecated: holds for the sources without any criteria of their own. */
  configuration: z.strictObject({ include: criteria, exclude: criteria, collections: criteria }).optional(),
});
export type PolicySpec = z.infer<typeof policySpecSchema>;
