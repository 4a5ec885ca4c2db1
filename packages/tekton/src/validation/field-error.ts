/** A broken rule at one or more places of an object, in the manner of Knative's `apis.FieldError`. */
export interface FieldError {
  message: string;
  /** `spec.steps[0].image`; keys of map-like lists in brackets: `spec.params[x].value`. */
  paths: string[];
  details?: string;
  /** Where it is in the object, when Tekton's own paths do not lead there. */
  place?: string;
  /** The likely remedy. */
  hint?: string;
  /** In words for people, where Tekton's own are garbled. */
  shown?: string;
}

/** Errors with equal message and details in one, their paths merged; sorted by message, then details. */
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
    .sort((a, b) => compare(a.message, b.message) || compare(a.details ?? '', b.details ?? ''));
}

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

function formatOne({ message, paths, details }: FieldError): string {
  const line = `${message}: ${paths.join(', ')}`;
  return details === undefined || details === '' ? line : `${line}\n${details}`;
}

/** The text Tekton's webhook answers with: one error a line, details below it. Empty without errors. */
export function formatFieldErrors(errors: readonly FieldError[]): string {
  return mergeFieldErrors(errors).map(formatOne).join('\n');
}

/** Two parts of a path in one; indexes and keys in brackets follow without a dot. */
function joined(path: string, part: string): string {
  let result = path;
  for (const piece of part.split('.')) {
    if (piece === '') continue;
    const bracketed = piece.startsWith('[') && piece.endsWith(']');
    result += result !== '' && !bracketed ? `.${piece}` : piece;
  }
  return result;
}

/** Collects errors at and below one place of an object. */
export class Findings {
  readonly errors: FieldError[];
  readonly path: string;
  /** The place itself, where `path` is how Tekton calls it. */
  readonly place: string;

  constructor(errors: FieldError[] = [], path = '', place = path) {
    this.errors = errors;
    this.path = path;
    this.place = place;
  }

  /** The place below: a field, or a field's element by index or key. */
  at(field: string, element?: number | string): Findings {
    const part = element === undefined ? [field] : [field, `[${element}]`];
    return new Findings(this.errors, part.reduce(joined, this.path), part.reduce(joined, this.place));
  }

  /** The same path for a place further below: Tekton leaves the way there out. */
  within(field: string, element?: number | string): Findings {
    return new Findings(this.errors, this.path, this.at(field, element).place);
  }

  /** A path of Tekton's that is not the way to this place. */
  called(path: string): Findings {
    return new Findings(this.errors, path, this.place);
  }

  add(message: string, fields: readonly string[] = [''], details?: string, hint?: string): void {
    const paths = fields.map((field) => joined(this.path, field));
    const error: FieldError = { message, paths };
    if (details !== undefined) error.details = details;
    if (hint !== undefined) error.hint = hint;
    const place = fields.length === 0 ? this.place : joined(this.place, fields[0] ?? '');
    if (place !== paths[0]) error.place = place;
    this.errors.push(error);
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

/** Refuses a feature whose level is above what `enable-api-fields` allows. The complaint has no path, as Tekton's. */
export function requireLevel(
  findings: Findings,
  feature: string,
  needed: 'beta' | 'alpha',
  enabled: 'stable' | 'beta' | 'alpha' = 'beta',
): void {
  if (levels[enabled] >= levels[needed]) return;
  const wanted = needed === 'beta' ? '"alpha" or "beta"' : '"alpha"';
  findings.add(
    `${feature} requires "enable-api-fields" feature gate to be ${wanted} but it is "${enabled}"`,
    [],
  );
}
