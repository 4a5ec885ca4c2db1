import { hashAlgorithms } from '../trusted-resources/keys.ts';
import { goPattern } from '../trusted-resources/verify.ts';
import type { VerificationKey, VerificationPolicy } from '../types/verification-policy.ts';
import type { FieldError } from './field-error.ts';
import { Findings, mergeFieldErrors } from './field-error.ts';
import { validateMetadata } from './names.ts';

/**
 * A VerificationPolicy, with Tekton's field paths, which do not begin with `spec`, and its words.
 * @see https://tekton.dev/docs/pipelines/trusted-resources/
 */
export function validateVerificationPolicy({ metadata, spec }: VerificationPolicy): FieldError[] {
  const findings = new Findings();
  const at = findings.within('spec');
  const { resources = [], authorities = [], mode = '' } = spec ?? {};
  validateMetadata(metadata, findings.at('metadata'));
  if (resources.length === 0) at.missing('resources');
  for (const [index, { pattern = '' }] of resources.entries()) {
    try {
      goPattern(pattern);
    } catch (error) {
      const detail = `resourcePattern cannot be compiled by regex: ${(error as Error).message}`;
      at.within('resources', index).invalid(pattern, 'ResourcePattern', detail);
    }
  }
  if (authorities.length === 0) at.missing('authorities');
  for (const [index, { key }] of authorities.entries()) {
    if (key) validateKey(key, at.within('authorities', index).called(at.at('key', index).path));
  }
  if (mode !== '' && mode !== 'enforce' && mode !== 'warn') {
    at.invalid(`available values are: enforce, warn, but got: ${mode}`, 'mode');
  }
  return mergeFieldErrors(findings.errors);
}

function validateKey(
  { data, secretRef, kms, hashAlgorithm = '' }: VerificationKey,
  findings: Findings,
): void {
  const given = [data, secretRef, kms].filter((source) => source !== undefined && source !== '').length;
  const fields = ['data', 'kms', 'secretref'];
  if (given === 0) findings.missingOneOf(...fields);
  if (given > 1) findings.multipleOneOf(...fields);
  if (hashAlgorithm !== '' && !(hashAlgorithms as readonly string[]).includes(hashAlgorithm.toLowerCase())) {
    findings.invalid(hashAlgorithm, 'HashAlgorithm');
  }
}
