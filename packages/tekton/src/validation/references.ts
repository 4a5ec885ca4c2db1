import type { FeatureFlags } from '../defaults/config.ts';
import type { Param, WhenExpression } from '../types/params.ts';
import type { Findings } from './field-error.ts';
import { requireLevel } from './field-error.ts';
import { qualifiedNameProblem } from './names.ts';
import { validateParams } from './params.ts';

/** A reference by name or through a resolver, as taskRef, pipelineRef and a step's ref share it. */
export interface Reference {
  name?: string | undefined;
  resolver?: string | undefined;
  params?: Param[] | undefined;
}

const urlLike = /[\w-]+:\/\/*/;
const conciseFlag =
  'feature flag enable-concise-resolver-syntax should be set to true to use concise resolver syntax';

export function validateReference(reference: Reference, flags: FeatureFlags, findings: Findings): void {
  const { name = '', resolver = '', params } = reference;
  if (params !== undefined) {
    requireLevel(findings.at('params'), 'resolver params', 'beta', flags.enableApiFields);
    if (name !== '') findings.multipleOneOf('name', 'params');
    if (resolver === '') findings.missing('resolver');
    validateParams(params, findings);
  }
  if (resolver !== '') {
    requireLevel(findings.at('resolver'), 'resolver', 'beta', flags.enableApiFields);
    if (name === '') return;
    if (!urlLike.test(name)) findings.invalid('invalid URI for request', 'name');
    else if (flags.enableConciseResolverSyntax !== true) findings.add(conciseFlag);
  } else if (name !== '' && urlLike.test(name)) {
    if (flags.enableConciseResolverSyntax !== true) findings.add(conciseFlag);
    findings.missing('resolver');
  } else if (name !== '') {
    const problem = name.includes('$(') ? undefined : qualifiedNameProblem(name);
    if (problem !== undefined) findings.invalid(problem, 'name');
  } else if (params === undefined) {
    findings.missing('name');
  }
}

/** `when` of a task or step; `findings` stands at the owner. */
export function validateWhen(when: readonly WhenExpression[], flags: FeatureFlags, findings: Findings): void {
  for (const [index, expression] of when.entries()) {
    const at = findings.at('when', index);
    if (expression.cel !== undefined && expression.cel !== '') {
      if (flags.enableCELInWhenExpression !== true) {
        at.add(
          `feature flag enable-cel-in-whenexpression should be set to true to use CEL: ${expression.cel} in WhenExpression`,
        );
      }
      if (expression.input || expression.operator || (expression.values ?? []).length > 0) {
        at.add(
          `cel and input+operator+values cannot be set in one WhenExpression: ${JSON.stringify(expression)}`,
        );
      }
    } else if (expression.operator !== 'in' && expression.operator !== 'notin') {
      at.invalid(
        `operator ${JSON.stringify(expression.operator ?? '')} is not recognized. valid operators: in,notin`,
      );
    } else if ((expression.values ?? []).length === 0) {
      at.invalid('expecting non-empty values field');
    }
  }
}
