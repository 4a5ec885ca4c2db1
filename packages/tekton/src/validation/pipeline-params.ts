import type { FeatureFlags } from '../defaults/config.ts';
import { typeOfValue } from '../params/value.ts';
import type { Param, ParamSpec } from '../types/params.ts';
import type { PipelineTask } from '../types/pipeline.ts';
import type { Findings } from './field-error.ts';
import { isMatrixed } from './matrix.ts';
import {
  namesOf,
  ofType,
  validateParamEnums,
  validateParamTypes,
  validateUniqueParams,
  validateUniqueSpecs,
} from './params.ts';
import { checkIsolated, checkKnown, checkNotWhole, checkText, isWholeReference } from './substitution.ts';

/** Declared params of a Pipeline, told once for each section; `findings` stands at the section. */
export function validatePipelineParamSpecs(
  tasks: readonly PipelineTask[],
  specs: readonly ParamSpec[],
  flags: FeatureFlags,
  findings: Findings,
  declared: Findings,
): void {
  const at = declared.called(findings.path);
  validateParamTypes(specs, at.at('params'));
  validateUniqueSpecs(specs, at);
  validateParamEnums(specs, flags, at);
  for (const [index, task] of tasks.entries()) {
    validateUniqueParams(task.params ?? [], findings.at(`[${index}]`).at('params'));
  }
}

/** What params may be used in params, matrix and when of tasks; `findings` stands at the section. */
export function validatePipelineParamUse(
  tasks: readonly PipelineTask[],
  specs: readonly ParamSpec[],
  findings: Findings,
): void {
  const rules = new ParamRules(specs);
  for (const [index, task] of tasks.entries()) {
    const at = findings.at(`[${index}]`);
    const params = task.params ?? [];
    validateUniqueParams(params, at.at('params'));
    for (const param of params) rules.param(param, at);
    if (isMatrixed(task)) validateMatrixUse(task, rules, at);
    for (const [place, { input = '', values = [] }] of (task.when ?? []).entries()) {
      const when = at.at('when', place);
      rules.text(input, when.at('input'));
      for (const value of values) {
        const name = value.replace(/^\$\(params\./, '').replace(/\[\*\]\)$/, '');
        if (rules.arrays.has(name)) rules.element(value, when.at('values'));
        else rules.text(value, when.at('values'));
      }
    }
  }
}

function validateMatrixUse({ matrix }: PipelineTask, rules: ParamRules, findings: Findings): void {
  for (const { params = [] } of matrix?.include ?? []) {
    for (const [index, { value }] of params.entries()) {
      const at = findings.at('matrix.include.params').at(`[${index}]`);
      rules.text(typeof value === 'string' ? value : '', at);
    }
  }
  for (const { name, value } of matrix?.params ?? []) {
    for (const [index, text] of (Array.isArray(value) ? value : []).entries()) {
      rules.element(text, findings.at('matrix').at('params', name).at('value', index));
    }
  }
}

/** What texts may say, given the params there are. */
class ParamRules {
  readonly known: ReadonlySet<string>;
  readonly arrays: ReadonlySet<string>;
  readonly objects: readonly ParamSpec[];
  readonly whole: ReadonlySet<string>;

  constructor(specs: readonly ParamSpec[]) {
    this.known = namesOf(specs);
    this.arrays = namesOf(ofType(specs, 'array'));
    this.objects = ofType(specs, 'object').filter(
      ({ properties }) => Object.keys(properties ?? {}).length > 0,
    );
    this.whole = namesOf(this.objects);
  }

  /** A text that is to stay one. */
  text(text: string, at: Findings): void {
    checkKnown(text, 'params', this.known, at);
    this.#objectUse(text, at);
    checkText(text, 'params', this.arrays, at);
  }

  /** An element of a list, for which an array may be spliced in. */
  element(text: string, at: Findings): void {
    checkKnown(text, 'params', this.known, at);
    this.#objectUse(text, at);
    checkIsolated(text, 'params', this.arrays, at);
  }

  param({ name, value }: Param, findings: Findings): void {
    const at = findings.at('params', name);
    const given = value ?? '';
    switch (typeOfValue(given)) {
      case 'array':
        for (const [index, text] of (given as string[]).entries()) this.element(text, at.at('value', index));
        break;
      case 'object':
        for (const [key, text] of Object.entries(given)) this.text(text, at.at('properties', key));
        break;
      default:
        if (isWholeReference(given as string)) checkKnown(given as string, 'params', this.known, at);
        else this.text(given as string, at);
    }
  }

  #objectUse(text: string, at: Findings): void {
    for (const { name, properties } of this.objects) {
      checkKnown(text, `params.${name}`, new Set(Object.keys(properties ?? {})), at);
    }
    checkNotWhole(text, 'params', this.whole, at);
  }
}
