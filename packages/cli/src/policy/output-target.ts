import { writeFileSync } from 'node:fs';
import { CliError } from '../error.ts';

/** One `--output`: a format, where it goes, and what it shows. */
export interface OutputTarget {
  format: string;
  /** A file; absent: standard output. */
  path?: string;
  showSuccesses?: boolean;
  showWarnings?: boolean;
}

/**
 * Reads `FORMAT[=PATH][?show-successes=true&show-warnings=false]`.
 * @throws CliError Usage
 */
export function parseOutputTarget(text: string, formats: readonly string[]): OutputTarget {
  const query = text.indexOf('?');
  const named = query < 0 ? text : text.slice(0, query);
  const equals = named.indexOf('=');
  const given = equals < 0 ? named : named.slice(0, equals);
  const format = given === 'hacbs' ? 'appstudio' : given;
  if (!formats.includes(format)) {
    throw new CliError('Usage', `${JSON.stringify(given)} is no output format`, {
      hint: `use one of ${formats.join(', ')}; as json=FILE it is written to a file`,
    });
  }
  const options = new URLSearchParams(query < 0 ? '' : text.slice(query + 1));
  const flag = (name: string) => {
    const value = options.get(name);
    if (value === null) return undefined;
    if (value === 'true' || value === 'false') return value === 'true';
    throw new CliError('Usage', `${name} of --output ${text} is neither true nor false`);
  };
  const path = equals < 0 ? undefined : named.slice(equals + 1);
  const [showSuccesses, showWarnings] = [flag('show-successes'), flag('show-warnings')];
  return {
    format,
    ...(path && { path }),
    ...(showSuccesses !== undefined && { showSuccesses }),
    ...(showWarnings !== undefined && { showWarnings }),
  };
}

/** Writes a text where it should go. */
export function writeOutput(text: string, { path }: OutputTarget): void {
  if (path !== undefined && path !== '-') writeFileSync(path, text);
  else process.stdout.write(text);
}
