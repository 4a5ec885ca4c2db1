import { KubeError, type StatusCause } from '../error.ts';
import type { ResourceType } from '../object.ts';

/** Collects causes in the form of Kubernetes' field errors. */
export class FieldErrors {
  readonly causes: StatusCause[] = [];

  add(reason: string, field: string, message: string): void {
    this.causes.push({ reason, field, message });
  }

  invalid(field: string, value: unknown, why: string): void {
    this.causes.push({
      reason: 'FieldValueInvalid',
      field,
      message: `Invalid value: ${shown(value)}: ${why}`,
    });
  }

  wrongType(field: string, value: unknown, why: string): void {
    this.causes.push({
      reason: 'FieldValueTypeInvalid',
      field,
      message: `Invalid value: ${shown(value)}: ${why}`,
    });
  }

  required(field: string, why = ''): void {
    this.causes.push({ reason: 'FieldValueRequired', field, message: `Required value${why && `: ${why}`}` });
  }

  notSupported(field: string, value: unknown, supported: readonly unknown[]): void {
    const list = supported.map((one) => JSON.stringify(one)).join(', ');
    this.causes.push({
      reason: 'FieldValueNotSupported',
      field,
      message: `Unsupported value: ${shown(value)}: supported values: ${list}`,
    });
  }

  forbidden(field: string, why: string): void {
    this.causes.push({ reason: 'FieldValueForbidden', field, message: `Forbidden: ${why}` });
  }

  duplicate(field: string, value: unknown): void {
    this.causes.push({ reason: 'FieldValueDuplicate', field, message: `Duplicate value: ${shown(value)}` });
  }

  tooLong(field: string, max: number): void {
    this.causes.push({
      reason: 'FieldValueTooLong',
      field,
      message: `Too long: may not be more than ${max} bytes`,
    });
  }

  tooMany(field: string, count: number, max: number): void {
    this.causes.push({
      reason: 'FieldValueTooMany',
      field,
      message: `Too many: ${count}: must have at most ${max} items`,
    });
  }

  /** Throws `Invalid` when there is any. */
  throwIfAny(resource: ResourceType, name: string | undefined): void {
    if (this.causes.length > 0) throw invalidObject(resource, name, this.causes);
  }
}

const maxShown = 2000;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.length > maxShown ? `${text.slice(0, maxShown)}...` : text;
}

/** The `Invalid` error of Kubernetes: `TaskRun.tekton.dev "x" is invalid: field: message`. */
export function invalidObject(
  resource: ResourceType,
  name: string | undefined,
  causes: StatusCause[],
): KubeError {
  const kind = resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`;
  const list = causes.map((cause) =>
    cause.field ? `${cause.field}: ${cause.message}` : (cause.message ?? ''),
  );
  const text = list.length === 1 ? list[0] : `[${list.join(', ')}]`;
  return new KubeError('Invalid', `${kind} ${JSON.stringify(name ?? '')} is invalid: ${text}`, {
    details: { name: name ?? '', group: resource.group, kind: resource.kind, causes },
  });
}
