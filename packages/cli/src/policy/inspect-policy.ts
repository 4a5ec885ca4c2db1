import { dataDocument, loadPolicy, type PolicySpec, type RuleInfo } from '@assay/policy';
import { annotationObject } from '@assay/rego';
import type { InspectDataFlags, InspectPolicyFlags } from '../commands/inspect.ts';
import { CliError } from '../error.ts';
import { openHome } from '../home.ts';
import { writeData } from '../terminal/output.ts';
import { printable } from '../terminal/style.ts';
import { openPolicyWorkplace, readPolicy } from './workplace.ts';

/** Prints the rules of sources. @throws CliError Usage; PolicyError when one cannot be fetched or compiled */
export async function inspectPolicy(flags: InspectPolicyFlags): Promise<void> {
  const place = await openPolicyWorkplace(openHome());
  try {
    const { sources } = await loadPolicy({
      policy: await policyOf(flags, (policy) => readPolicy({ policy }, place)),
      store: place.store,
      loader: place.loader,
    });
    const chosen = (rule: RuleInfo) =>
      (flags.package === undefined || rule.package.split('.').at(-1) === flags.package) &&
      (flags.rule === undefined || rule.shortName === flags.rule) &&
      (flags.collection === undefined || rule.collections.includes(flags.collection));
    const listed = sources.map(({ source, program }) => ({
      name: source.policy.join(', '),
      program,
      rules: [...program.catalogue.rules.values()].filter(chosen).sort((a, b) => (a.code < b.code ? -1 : 1)),
    }));
    if (flags.output === 'json') {
      const codes = new Set(listed.flatMap(({ rules }) => rules.map(({ code }) => code)));
      writeData(
        Object.fromEntries(listed.map(({ name, program }) => [name, annotated(program, codes)])),
        'json',
      );
      return;
    }
    for (const { name, rules } of listed) process.stdout.write(printable(textOf(name, rules, flags.output)));
  } finally {
    place.close();
  }
}

async function policyOf(
  { source, policy }: InspectPolicyFlags,
  read: (argument: string) => Promise<PolicySpec>,
): Promise<PolicySpec> {
  if (policy !== undefined) return read(policy);
  if (source) return { sources: [{ policy: source }] };
  throw new CliError('Usage', 'neither a source nor a policy is given', {
    hint: 'give --source ADDRESS or --policy FILE',
  });
}

type Program = Awaited<ReturnType<typeof loadPolicy>>['sources'][number]['program'];

/** As OPA tells of annotations. */
function annotated(program: Program, codes: ReadonlySet<string>): unknown[] {
  return program.annotations().flatMap(({ annotations, path, location, package: owner }) => {
    const code = `${owner.join('.')}.${annotations?.custom?.short_name}`;
    if (!annotations || !codes.has(code)) return [];
    const { file, row, col } = location;
    return [
      {
        annotations: annotationObject(annotations),
        location: { file, row, col },
        path: path.map((part, index) => ({ type: index === 0 ? 'var' : 'string', value: part })),
      },
    ];
  });
}

function textOf(source: string, rules: readonly RuleInfo[], output: InspectPolicyFlags['output']): string {
  if (output === 'names') return rules.map(({ code }) => `${code}\n`).join('');
  if (output === 'short-names') return rules.map(({ shortName }) => `${shortName}\n`).join('');
  return `# Source: ${source}\n\n${rules.map(ruleText).join('--\n')}`;
}

function ruleText(rule: RuleInfo): string {
  const lines = [
    `${rule.code} (${rule.kind})`,
    rule.documentationUrl,
    rule.title,
    rule.description.trim(),
    rule.solution && `Solution: ${rule.solution.trim()}`,
    rule.effectiveOn && `Effective on: ${rule.effectiveOn}`,
    rule.dependsOn.length > 0 && `Depends on: ${rule.dependsOn.join(', ')}`,
    rule.collections.length > 0 && `Collections: ${rule.collections.join(', ')}`,
  ];
  return lines
    .filter(Boolean)
    .map((line) => `${line}\n`)
    .join('');
}

/** Prints the data of sources as one document. @throws PolicyError when they cannot be fetched or contradict each other */
export async function inspectData(flags: InspectDataFlags): Promise<void> {
  const place = await openPolicyWorkplace(openHome());
  try {
    const files = await Promise.all(flags.source.map((address) => place.loader.load(address)));
    writeData(dataDocument(files), flags.output);
  } finally {
    place.close();
  }
}
