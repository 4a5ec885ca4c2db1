import { Option } from 'commander';
import { stringify } from 'yaml';

export const outputFormats = ['json', 'yaml'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** `-o json|yaml`, the same for every command that prints data. */
export function outputOption(): Option {
  return new Option('-o, --output <format>', 'print data instead of text').choices(outputFormats);
}

/** Prints a value on standard output. */
export function writeData(value: unknown, format: OutputFormat): void {
  process.stdout.write(format === 'yaml' ? stringify(value) : `${JSON.stringify(value, null, 2)}\n`);
}
