import { moduleToJson, parseModule, RegoError } from '@assay/rego';
import { problemJson } from './eval-output.ts';
import { type Json, jsonText, writeJson } from './json-output.ts';
import { readText } from './load-paths.ts';
import { withOpaErrors } from './opa-error.ts';
import { treeOutline } from './tree-outline.ts';

export interface ParseFlags {
  format: 'pretty' | 'json';
  jsonInclude?: string;
  v0Compatible?: boolean;
}

/** `opa parse`: the syntax tree of a module. What is wrong with it is told as JSON on standard error. */
export function parseCommand(path: string, flags: ParseFlags): Promise<void> {
  return withOpaErrors(1, () => {
    try {
      const module = parseModule(readText(path), { file: path, v0: flags.v0Compatible ?? false });
      const tree = moduleToJson(module, included(flags));
      if (flags.format === 'json') writeJson(tree as Json);
      else process.stdout.write(treeOutline(tree));
      return 0;
    } catch (error) {
      const problems =
        error instanceof RegoError ? error.errors.map(problemJson) : [{ message: (error as Error).message }];
      process.stderr.write(`${jsonText({ errors: problems })}\n`);
      return 1;
    }
  });
}

/** `locations,-comments`: comments are in unless they are taken out. */
function included({ jsonInclude = '' }: ParseFlags): { locations: boolean; comments: boolean } {
  const shown = { locations: false, comments: true };
  for (const element of jsonInclude.split(',')) {
    if (element.endsWith('locations')) shown.locations = !element.startsWith('-');
    if (element.endsWith('comments')) shown.comments = !element.startsWith('-');
  }
  return shown;
}
