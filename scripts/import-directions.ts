import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The packages in the order of the trust model: each may import those before it, and only through their index. */
export const packageOrder = [
  'rego',
  'oci',
  'attestation',
  'kube',
  'source',
  'tekton',
  'sandbox',
  'pipelines',
  'observer',
  'policy',
  'catalog',
  'integration',
  'release',
  'triggers',
  'library',
  'cli',
  'web',
] as const;

const siblings = new Set(['integration', 'release', 'triggers']);
const importPattern = /(?:from|import)\s*\(?\s*'([^']+)'/g;

/**
 * Every import in the packages' sources that points the wrong way: to a later package, sideways between
 * `integration`, `release` and `triggers`, past another package's index, or out of the package by a path.
 * @returns one sentence each, with file and line
 */
export function importViolations(root: string): string[] {
  const files = globSync(['packages/*/src/**/*.ts', 'packages/*/test/**/*.ts', 'library/**/*.ts'], {
    cwd: root,
    exclude: (name) => name === 'node_modules',
  });
  return files.sort().flatMap((file) => fileViolations(file, readFileSync(join(root, file), 'utf8')));
}

/** The violations of one file; `file` is relative to the root of the repository. */
export function fileViolations(file: string, text: string): string[] {
  const parts = file.split('/');
  const owner = parts[0] === 'packages' ? parts[1]! : parts[0]!;
  const depth = parts.length - (parts[0] === 'packages' ? 3 : 2);
  const violations: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    for (const [, target] of line.matchAll(importPattern)) {
      const reason = violationOf(owner, depth, target!);
      if (reason) violations.push(`${file}:${index + 1}: ${reason}`);
    }
  }
  return violations;
}

function violationOf(owner: string, depth: number, target: string): string | undefined {
  if (target.startsWith('.')) {
    const ups = target.split('/').filter((part) => part === '..').length;
    return ups > depth ? `'${target}' leaves the package` : undefined;
  }
  if (!target.startsWith('@assay/')) return undefined;
  const [, imported, ...inner] = target.split('/');
  if (inner.length > 0) return `'${target}' reaches past the index of ${imported}`;
  if (imported === owner) return `${owner} imports itself by name`;
  const from = packageOrder.indexOf(owner as (typeof packageOrder)[number]);
  const to = packageOrder.indexOf(imported as (typeof packageOrder)[number]);
  if (from < 0) return `package ${owner} has no place in the order`;
  if (to < 0) return `package ${imported} has no place in the order`;
  if (to > from) return `${owner} must not import ${imported}, which comes later`;
  if (siblings.has(owner) && siblings.has(imported!))
    return `${owner} and ${imported} must not know each other`;
  return undefined;
}
