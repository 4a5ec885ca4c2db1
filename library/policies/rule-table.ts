import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type AnnotationBlock, type Module, parseModule } from '@assay/rego';

/** Where this library is. */
export const policyRoot = import.meta.dirname;

/** Packages by what they judge, in the order of the reference. */
export const policyKinds = ['release', 'pipeline', 'task', 'stepaction', 'build_task'] as const;

/** One rule, as its annotations describe it. */
export interface PolicyRule {
  kind: string;
  package: string;
  packageTitle: string;
  packageDescription: string;
  /** Package and short name. */
  code: string;
  severity: 'deny' | 'warn';
  title: string;
  description: string;
  message: string;
  solution: string;
  collections: string[];
  dependsOn: string[];
  effectiveOn: string;
  pipelineIntention: string[];
}

/** The library's modules by path from its root, without tests unless asked for. */
export async function policyModules({ tests = false } = {}): Promise<Record<string, string>> {
  const files = await readdir(policyRoot, { recursive: true, withFileTypes: true });
  const paths = files
    .filter(({ name }) => name.endsWith('.rego') && (tests || !name.endsWith('_test.rego')))
    .map(({ parentPath, name }) => relative(policyRoot, join(parentPath, name)))
    .sort();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(policyRoot, path), 'utf8')]));
}

/** Every rule of the library, in the order of kinds, packages and text. */
export async function policyRules(): Promise<PolicyRule[]> {
  const modules = Object.entries(await policyModules()).map(([file, text]) => parseModule(text, { file }));
  return policyKinds.flatMap((kind) =>
    modules.filter(({ file }) => file.startsWith(`${kind}/`)).flatMap((module) => rulesOf(kind, module)),
  );
}

function rulesOf(kind: string, module: Module): PolicyRule[] {
  const about = module.package.annotations.find(({ scope }) => scope === 'package');
  const owner = module.package.path.join('.');
  return module.rules.flatMap((rule) =>
    rule.annotations.map((block) => ({
      kind,
      package: owner,
      packageTitle: about?.title ?? '',
      packageDescription: about?.description ?? '',
      code: `${owner}.${textOf(block, 'short_name')}`,
      severity: rule.head.reference.name.name === 'warn' ? ('warn' as const) : ('deny' as const),
      title: block.title ?? '',
      description: block.description ?? '',
      message: textOf(block, 'failure_msg'),
      solution: textOf(block, 'solution'),
      collections: textsOf(block, 'collections'),
      dependsOn: textsOf(block, 'depends_on'),
      effectiveOn: textOf(block, 'effective_on'),
      pipelineIntention: textsOf(block, 'pipeline_intention'),
    })),
  );
}

function textOf(block: AnnotationBlock, key: string): string {
  const value = block.custom?.[key];
  return typeof value === 'string' ? value : '';
}

function textsOf(block: AnnotationBlock, key: string): string[] {
  const value = block.custom?.[key];
  return Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : [];
}

/**
 * The rules as Markdown: a section for each kind and package, with a row for each rule. docs/reference/policies.md holds it between two
 * markers.
 */
export function ruleTables(rules: readonly PolicyRule[]): string {
  const lines: string[] = [];
  for (const [index, rule] of rules.entries()) {
    const before = rules[index - 1];
    if (rule.kind !== before?.kind) lines.push('', `## Packages in \`${rule.kind}/\``);
    if (rule.package !== before?.package || rule.kind !== before?.kind) {
      lines.push('', `### ${rule.package}`, '', rule.packageDescription, '');
      lines.push('| rule | what must hold | message | collections |', '| --- | --- | --- | --- |');
    }
    lines.push(row(rule));
  }
  return `${lines.join('\n').trim()}\n`;
}

function row(rule: PolicyRule): string {
  const notes = [
    ...(rule.severity === 'warn' ? ['A warning.'] : []),
    ...(rule.effectiveOn !== '' ? [`Since ${rule.effectiveOn.slice(0, 10)}.`] : []),
    ...(rule.pipelineIntention.length > 0
      ? [`Only for the intentions ${rule.pipelineIntention.join(', ')}.`]
      : []),
  ];
  const shortName = rule.code.slice(rule.package.length + 1);
  const cells = [
    `\`${shortName}\``,
    [rule.description, ...notes].join(' '),
    rule.message === '%s' ? 'what is wrong' : `\`${rule.message}\``,
    rule.collections.join(' '),
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ').trim()).join(' | ')} |`;
}
