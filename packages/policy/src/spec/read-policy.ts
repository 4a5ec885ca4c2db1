import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { PolicyError } from '../error.ts';
import { type PolicySpec, policySpecSchema } from './policy-spec.ts';

/** How many times an alias may multiply the document. */
const maxAliasCount = 100;

/**
 * Reads a policy configuration from YAML or JSON: a whole EnterpriseContractPolicy, or its `spec` alone. Untrusted.
 * @param place names the text in errors
 * @throws PolicyError InvalidPolicy, with every field that is wrong
 */
export function readPolicySpec(text: string, place: string): PolicySpec {
  const value = readYaml(text, place);
  const spec = isObject(value) && isObject(value.spec) ? value.spec : value;
  if (!isObject(spec)) {
    throw new PolicyError('InvalidPolicy', `${place}: a policy configuration is an object with sources`);
  }
  const parsed = policySpecSchema.safeParse(spec);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(problemOf);
    throw new PolicyError('InvalidPolicy', `${place}: ${problems.join('; ')}`, {
      hint: 'a policy configuration has sources, each with policy, data, ruleData and config',
    });
  }
  return parsed.data;
}

function readYaml(text: string, place: string): unknown {
  const document = parseDocument(text, { logLevel: 'silent' });
  const [error] = document.errors;
  if (error) throw new PolicyError('InvalidPolicy', `${place}: ${error.message.trim()}`, { cause: error });
  try {
    return document.toJS({ maxAliasCount });
  } catch (cause) {
    throw new PolicyError('InvalidPolicy', `${place}: ${(cause as Error).message}`, { cause });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function problemOf(issue: z.core.$ZodIssue): string {
  const path = issue.path.map((part, index) =>
    typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`,
  );
  return `${path.join('') || 'spec'}: ${issue.message}`;
}
