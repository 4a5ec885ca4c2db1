import type { AnnotationReference } from '@assay/rego';
import type { RuleInfo } from '../results/rule-info.ts';

/** AsciiDoc's link to another page: `xref:group:ROOT:file.adoc#anchor[label]`, or to a place of this one. */
const crossReference = /xref:(?:([^:]+):ROOT:(.+?)\.adoc(#[^[]+)?|[\w.$#/]+)\[([\w\s/.]+)\]/g;

/** What an annotated rule says of itself; undefined without a short name, by which results could name it. */
export function ruleInfoOf({ path, annotations, package: owner }: AnnotationReference): RuleInfo | undefined {
  const custom = annotations?.custom ?? {};
  const shortName = custom.short_name === undefined ? '' : String(custom.short_name);
  if (!annotations || shortName === '') return undefined;
  const name = path.at(-1);
  const inner = path.length > 2 ? String(path.at(-2)) : '';
  return {
    code: `${owner.join('.')}.${shortName}`,
    package: owner.join('.'),
    shortName,
    kind: name === 'deny' || name === 'warn' ? name : 'other',
    title: annotations.title ?? '',
    description: (annotations.description ?? '').replace(crossReference, '$4'),
    solution: linked(custom.solution).replace(crossReference, '$4'),
    effectiveOn: linked(custom.effective_on),
    collections: texts(custom.collections),
    dependsOn: dependencies(custom.depends_on),
    pipelineIntention: texts(custom.pipeline_intention),
    documentationUrl:
      inner === ''
        ? ''
        : `https://conforma.dev/docs/policy/packages/release_${inner}.html#${inner}__${shortName}`,
  };
}

/** A custom text whose full cross references are the addresses of the published pages. */
function linked(value: unknown): string {
  if (typeof value !== 'string') return '';
  return value.replace(crossReference, (match, group?: string, file?: string, anchor?: string) =>
    group && file && anchor ? `https://conforma.dev/docs/${group}/${file}.html${anchor}` : match,
  );
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function dependencies(value: unknown): string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
}
