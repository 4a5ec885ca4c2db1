import type { RuleResult } from '../results/rule-info.ts';

/** What is checked of an image before any policy is asked. */
const builtinChecks = {
  'builtin.image.accessible': {
    title: 'Image URL is accessible',
    description: 'The image URL is accessible.',
  },
  'builtin.image.signature_check': {
    title: 'Image signature check passed',
    description: 'The image signature matches available signing materials.',
  },
  'builtin.attestation.signature_check': {
    title: 'Attestation signature check passed',
    description: 'The attestation signature matches available signing materials.',
  },
  'builtin.attestation.syntax_check': {
    title: 'Attestation syntax check passed',
    description: 'The attestation has correct syntax.',
  },
} as const;

export type BuiltinCheck = keyof typeof builtinChecks;

/** A check as a result: `Pass`, or what is wrong. */
export function checkResult(code: BuiltinCheck, problem?: string): RuleResult {
  return { msg: problem ?? 'Pass', metadata: { code, ...builtinChecks[code] } };
}
