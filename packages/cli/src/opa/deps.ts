import { compile, dependenciesOf, pathJson, type Value } from '@assay/rego';
import { type Json, writeJson } from './json-output.ts';
import { withOpaErrors } from './opa-error.ts';
import { type PolicyFlags, readPolicy } from './policy-flags.ts';
import { tableText } from './table.ts';

export interface DepsFlags extends PolicyFlags {
  format: 'pretty' | 'json';
}

/** `opa deps`: the documents that a query depends on. */
export function depsCommand(query: string, flags: DepsFlags): Promise<void> {
  return withOpaErrors(1, async () => {
    const { compile: options } = await readPolicy(flags, query);
    const { base, virtual } = dependenciesOf(compile(options), query);
    if (flags.format === 'json') {
      writeJson({
        ...(base.length > 0 ? { base: base.map(reference) } : {}),
        ...(virtual.length > 0 ? { virtual: virtual.map(reference) } : {}),
      });
      return 0;
    }
    const columns = [
      { title: 'BASE DOCUMENTS', paths: base.map(pathText) },
      { title: 'VIRTUAL DOCUMENTS', paths: virtual.map(pathText) },
    ].filter(({ paths }) => paths.length > 0);
    const height = Math.max(0, ...columns.map(({ paths }) => paths.length));
    const rows = Array.from({ length: height }, (_, row) => columns.map(({ paths }) => paths[row] ?? ''));
    if (rows.length > 0)
      process.stdout.write(
        tableText(
          columns.map(({ title }) => title),
          rows,
        ),
      );
    return 0;
  });
}

function reference(path: readonly Value[]): Json {
  return pathJson(path) as Json;
}

function pathText(path: readonly Value[]): string {
  return path
    .map((part, index) => {
      if (index === 0) return String(part);
      const plain = typeof part === 'string' && /^[A-Za-z_]\w*$/.test(part);
      return plain ? `.${part}` : `[${typeof part === 'string' ? JSON.stringify(part) : String(part)}]`;
    })
    .join('');
}
