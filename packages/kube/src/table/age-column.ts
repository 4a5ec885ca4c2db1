import type { PrinterColumn } from '../object.ts';

/** How long the object has existed. */
export const ageColumn: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
};

/** When the object was created, for kinds of which kubectl shows that instead of the age. */
export const createdAtColumn: PrinterColumn = {
  name: 'Created At',
  type: 'string',
  jsonPath: '.metadata.creationTimestamp',
};
