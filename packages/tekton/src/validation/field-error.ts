/** A broken rule at one or more places of an object, in the manner of Knative's `apis.FieldError`. */
export interface FieldError {
  message: string;
  /** `spec.steps[0].image`; keys of map-like lists in brackets: `spec.params[x].value`. */
  paths: string[];
  details?: string;
}

/** Errors with equal message and details in one, their paths merged; paths and errors sorted by text. */
export function mergeFieldErrors(errors: readonly FieldError[]): FieldError[] {
  const merged = new Map<string, { error: FieldError; paths: Set<string> }>();
  for (const error of errors) {
    const key = JSON.stringify([error.message, error.details ?? '']);
    const entry = merged.get(key) ?? { error, paths: new Set<string>() };
    for (const path of error.paths) entry.paths.add(path);
    merged.set(key, entry);
  }
  return [...merged.values()]
    .map(({ error, paths }) => ({ ...error, paths: [...paths].sort() }))
    .sort((a, b) => (formatOne(a) < formatOne(b) ? -1 : 1));
}

function formatOne({ message, paths, details }: FieldError): string {
  const line = `${message}: ${paths.join(', ')}`;
  return details === undefined || details === '' ? line : `${line}\n${details}`;
}

/** The text Tekton's webhook answers with: one error a line, details below it. Empty without errors. */
export function formatFieldErrors(errors: readonly FieldError[]): string {
  return mergeFieldErrors(errors).map(formatOne).join('\n');
}

/** Collects errors at and below one place of an object. */
export class Findings {
  readonly errors: FieldError[];
  readonly path: string;

  constructor(errors: FieldError[] = [], path = '') {
    this.errors = errors;
    this.path = path;
  }

  /** The place below: a field, or a field's element by index or key. */
  at(field: string, element?: number | string): Findings {
    const own = this.path === '' ? field : `${this.path}.${field}`;
    return new Findings(this.errors, element === undefined ? own : `${own}[${element}]`);
  }

  add(message: string, fields: readonly string[] = [''], details?: string): void {
    const paths = fields.map((field) => (field === '' ? this.path : this.at(field).path));
    this.errors.push(details === undefined ? { message, paths } : { message, paths, details });
  }

  missing(...fields: string[]): void {
    this.add('missing field(s)', fields);
  }

  disallowed(...fields: string[]): void {
    this.add('must not set the field(s)', fields);
  }

  invalid(value: string, field = '', details?: string): void {
    this.add(`invalid value: ${value}`, [field], details);
  }

  multipleOneOf(...fields: string[]): void {
    this.add('expected exactly one, got both', fields);
  }

  missingOneOf(...fields: string[]): void {
    this.add('expected exactly one, got neither', fields);
  }
}

const levels = { stable: 0, beta: 1, alpha: 2 } as const;

/** Refuses a feature whose level is above what `enable-api-fields` allows. */
export function requireLevel(
  findings: Findings,
  feature: string,
  needed: 'beta' | 'alpha',
  enabled: 'stable' | 'beta' | 'alpha' = 'beta',
): void {
  if (levels[enabled] >= levels[needed]) return;
  const wanted = needed === 'beta' ? '"alpha" or "beta"' : '"alpha"';
  findings.add(`${feature} requires "enable-api-fields" feature gate to be ${wanted} but it is "${enabled}"`);
}
