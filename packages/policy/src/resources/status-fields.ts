import { type JsonSchema, type PrinterColumn, schemaWords } from '@assay/kube';

const { int64, list, object, text, time } = schemaWords;

/** `status.conditions`, as Kubernetes' API conventions have it. */
export const conditionsSchema: JsonSchema = list(
  object(
    {
      type: text,
      status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
      reason: text,
      message: text,
      lastTransitionTime: time,
      observedGeneration: int64,
    },
    ['type', 'status'],
  ),
);

/** The last condition, as Konflux's own definitions print it. */
export const statusColumns: readonly PrinterColumn[] = [
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Status', type: 'string', jsonPath: '.status.conditions[-1].status' },
  { name: 'Reason', type: 'string', jsonPath: '.status.conditions[-1].reason' },
];
