import { TektonError } from '../error.ts';
import { parseQuantity } from '../resources/quantity.ts';
import type { Findings } from './field-error.ts';

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Requests and limits anywhere below a place that are no quantities; a cluster cannot even read such an object. */
export function validateQuantities(value: unknown, findings: Findings): void {
  if (!isFields(value)) return;
  for (const [field, item] of Object.entries(value)) {
    if (Array.isArray(item)) {
      for (const [index, element] of item.entries()) validateQuantities(element, findings.at(field, index));
    } else if ((field === 'computeResources' || field === 'resources') && isFields(item)) {
      for (const kind of ['requests', 'limits']) checkAll(item[kind], findings.at(field).at(kind));
    } else validateQuantities(item, findings.at(field));
  }
}

function checkAll(quantities: unknown, findings: Findings): void {
  if (!isFields(quantities)) return;
  for (const [name, quantity] of Object.entries(quantities)) {
    try {
      parseQuantity(quantity as string | number);
    } catch (error) {
      if (!(error instanceof TektonError)) throw error;
      findings.add(error.message, [name], undefined, error.hint);
    }
  }
}
