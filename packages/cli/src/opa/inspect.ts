import { statSync } from 'node:fs';
import { annotationsOf, annotationToJson, type Module, parseModule, pathJson } from '@assay/rego';
import { type Json, writeJson } from './json-output.ts';
import { type LoadedPaths, loadBundles, loadPaths } from './load-paths.ts';
import { withOpaErrors } from './opa-error.ts';
import { tableText } from './table.ts';

export interface InspectFlags {
  format: 'pretty' | 'json';
  annotations?: boolean;
  v0Compatible?: boolean;
}

/** `opa inspect`: what a bundle, a directory or one policy holds. */
export function inspectCommand(path: string, flags: InspectFlags): Promise<void> {
  return withOpaErrors(
    1,
    async () => {
      const single = path.endsWith('.rego') && statSync(path, { throwIfNoEntry: false })?.isFile();
      const loaded = single ? await loadPaths([path]) : await loadBundles([path]);
      const modules = Object.entries(loaded.modules).map(([file, source]) =>
        parseModule(source, { file, v0: flags.v0Compatible ?? false }),
      );
      const namespaces = namespacesOf(modules, loaded);
      if (flags.format === 'json') writeJson(inspection(modules, loaded, namespaces, flags));
      else printInspection(modules, loaded, namespaces, flags);
      return 0;
    },
    'error: ',
  );
}

/** The files by the package or the place of data that they add to. */
function namespacesOf(modules: readonly Module[], { documents }: LoadedPaths): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const add = (path: readonly string[], file: string): void => {
    const name = ['data', ...path].join('.');
    found.set(name, [...(found.get(name) ?? []), file]);
  };
  for (const module of modules) add(module.package.path, module.file);
  for (const { file, path } of documents) add(path, file);
  return new Map(
    [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, files]) => [name, files.sort()]),
  );
}

function inspection(
  modules: readonly Module[],
  { bundles }: LoadedPaths,
  namespaces: ReadonlyMap<string, string[]>,
  flags: InspectFlags,
): Json {
  const manifest = bundles[0]?.manifest;
  return {
    ...(manifest
      ? {
          manifest: {
            revision: manifest.revision,
            roots: manifest.roots,
            ...(manifest.metadata ? { metadata: manifest.metadata as Json } : {}),
            ...(manifest.regoVersion === undefined ? {} : { rego_version: manifest.regoVersion }),
          },
        }
      : {}),
    ...(namespaces.size > 0 ? { namespaces: Object.fromEntries(namespaces) } : {}),
    ...(flags.annotations ? { annotations: annotationsJson(modules) } : {}),
  };
}

function annotationsJson(modules: readonly Module[]): Json[] {
  return annotationsOf(modules).flatMap(({ path, location, annotations }) => {
    if (!annotations) return [];
    const { file, row, col } = location;
    const entry = { location: { file, row, col }, path: pathJson(path) as Json };
    return [{ annotations: annotationToJson(annotations) as Json, ...entry }];
  });
}

function printInspection(
  modules: readonly Module[],
  { bundles }: LoadedPaths,
  namespaces: ReadonlyMap<string, string[]>,
  flags: InspectFlags,
): void {
  const manifest = bundles[0]?.manifest;
  const fields = manifest
    ? [
        ...(manifest.revision === '' ? [] : [['Revision', manifest.revision]]),
        ...manifest.roots.filter((root) => root !== '').map((root) => ['Roots', root]),
        ...(manifest.metadata ? [['Metadata', JSON.stringify(manifest.metadata)]] : []),
      ]
    : [];
  if (fields.length > 0) process.stdout.write(`MANIFEST:\n${tableText(['Field', 'Value'], fields)}`);
  if (namespaces.size > 0) {
    const rows = [...namespaces].flatMap(([name, files]) =>
      files.map((file, index) => [index === 0 ? name : '', file]),
    );
    process.stdout.write(`NAMESPACES:\n${tableText(['Namespace', 'File'], rows)}`);
  }
  if (flags.annotations) printAnnotations(modules);
}

function printAnnotations(modules: readonly Module[]): void {
  const annotated = annotationsOf(modules).filter(({ annotations }) => annotations);
  if (annotated.length === 0) return;
  const lines = ['ANNOTATIONS:'];
  for (const { path, location, annotations, rule, package: owner } of annotated) {
    const block = annotations!;
    const title = block.title?.trim() || path.slice(1).map(String).join('.');
    lines.push(title, '='.repeat(Math.min(title.length, 80)), '');
    if (block.description) lines.push(block.description, '');
    lines.push(`Package:  ${owner.join('.')}`);
    if (rule) lines.push(`Rule:     ${rule.head.reference.name.name}`);
    lines.push(`Location: ${location.file}:${location.row}`, `Scope: ${block.scope}`);
    if (block.entrypoint) lines.push('Entrypoint: true');
    lines.push('');
    section(lines, 'Organizations', block.organizations ?? []);
    section(lines, 'Authors', (block.authors ?? []).map(authorText));
    const schemas = (block.schemas ?? []).map(
      ({ path: at, schema, definition }) =>
        `${at.join('.')}: ${schema?.join('.') ?? JSON.stringify(definition)}`,
    );
    section(lines, 'Schemas', schemas);
    const resources = block.related_resources ?? [];
    section(
      lines,
      'Related Resources',
      resources.map(({ ref, description }) => `${ref} ${description ?? ''}`.trim()),
    );
    const custom = Object.entries(block.custom ?? {});
    section(
      lines,
      'Custom',
      custom.map(([key, value]) => `${key}: ${JSON.stringify(value, bigints)}`),
    );
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

function section(lines: string[], title: string, items: readonly string[]): void {
  if (items.length === 0) return;
  lines.push(`${title}:`, ...items.map((item) => ` ${item.replaceAll('\n', ' ')}`), '');
}

function authorText({ name, email }: { name: string; email?: string }): string {
  return email === undefined ? name : `${name} <${email}>`.trim();
}

function bigints(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
