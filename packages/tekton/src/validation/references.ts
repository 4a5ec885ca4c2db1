import { celCompileError } from '../cel/evaluate.ts';
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

/** `findings` stands at the reference, whose params Tekton calls by their names right below it. */
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
  } else if (params !== undefined) {
    return;
  } else if (name !== '' && urlLike.test(name)) {
    if (flags.enableConciseResolverSyntax !== true) findings.add(conciseFlag);
    findings.missing('resolver');
  } else if (name !== '') {
    const problem = qualifiedNameProblem(name);
    if (problem !== undefined) findings.invalid(problem, 'name');
  } else findings.missing('name');
}

/** `when` of a task or step; `findings` stands at the owner, and Tekton calls the list `when`. */
export function validateWhen(when: readonly WhenExpression[], flags: FeatureFlags, findings: Findings): void {
  for (const [index, expression] of when.entries())
    validateExpression(expression, flags, findings.at('when', index));
}

function validateExpression(expression: WhenExpression, flags: FeatureFlags, findings: Findings): void {
  const { input = '', operator = '', values = [], cel = '' } = expression;
  if (cel !== '') {
    if (flags.enableCELInWhenExpression !== true) {
      findings.add(
        `feature flag enable-cel-in-whenexpression should be set to true to use CEL: ${cel} in WhenExpression`,
      );
    } else if (input !== '' || operator !== '' || values.length > 0) {
      const shown = `&{${input} ${operator} [${values.join(' ')}] ${cel}}`;
      findings.add(`cel and input+operator+values cannot be set in one WhenExpression: ${shown}`, []);
    } else {
      const problem = celCompileError(cel);
      if (problem === undefined) return;
      // Tekton puts expression and error where the paths belong, and its placeholders stay.
      findings.errors.push({
        message: 'invalid cel expression: %s with err: %s',
        paths: [`${findings.path}.${cel}`, `${findings.path}.${problem}`],
        place: `${findings.place}.cel`,
        shown: `invalid cel expression: ${problem}`,
      });
    }
    return;
  }
  if (input === '' && operator === '' && values.length === 0) findings.missing('');
  else if (operator !== 'in' && operator !== 'notin') {
    findings.invalid(`operator ${JSON.stringify(operator)} is not recognized. valid operators: in,notin`);
  } else if (values.length === 0) findings.invalid('expecting non-empty values field');
}
