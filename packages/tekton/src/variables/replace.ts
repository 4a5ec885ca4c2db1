import type { Param, ParamValue, WhenExpression } from '../types/params.ts';
import type { Replacements } from './replacements.ts';

const variable = /\$\(([^()]*)\)/g;
const whole = /^\$\(([^()]*?)(\[\*\])?\)$/;

/**
 * A text with its known variables replaced, in one pass: inserted text is never expanded again, and what is not
 * known stays as written.
 */
export function replaceText(text: string, replacements: Replacements): string {
  if (!text.includes('$(')) return text;
  return text.replace(variable, (written, name: string) => replacements.strings.get(name) ?? written);
}

/** One element of a list: an array that is the whole text is spliced in, anything else stays one element. */
export function replaceElement(text: string, replacements: Replacements): string[] {
  const name = whole.exec(text)?.[1];
  const array = name === undefined ? undefined : replacements.arrays.get(name);
  return array === undefined ? [replaceText(text, replacements)] : [...array];
}

export function replaceList(texts: readonly string[], replacements: Replacements): string[] {
  return texts.flatMap((text) => replaceElement(text, replacements));
}

/** A param's value. A text that is nothing but a reference to a whole array or object becomes that value. */
export function replaceValue(value: ParamValue, replacements: Replacements): ParamValue {
  if (Array.isArray(value)) return replaceList(value, replacements);
  if (typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, replaceText(item, replacements)]),
    );
  }
  const name = whole.exec(value)?.[1];
  if (name !== undefined && !replacements.strings.has(name)) {
    const array = replacements.arrays.get(name);
    if (array !== undefined) return [...array];
    const object = replacements.objects.get(name);
    if (object !== undefined) return { ...object };
  }
  return replaceText(value, replacements);
}

export function replaceParams(params: readonly Param[], replacements: Replacements): Param[] {
  return params.map((param) => ({ ...param, value: replaceValue(param.value, replacements) }));
}

/** A whole array as `input` becomes its JSON text; in `values` it is spliced. */
export function replaceWhen(when: readonly WhenExpression[], replacements: Replacements): WhenExpression[] {
  return when.map((expression) => {
    const replaced: WhenExpression = { ...expression };
    if (expression.input !== undefined) {
      const input = replaceValue(expression.input, replacements);
      replaced.input = typeof input === 'string' ? input : JSON.stringify(input);
    }
    if (expression.values !== undefined) replaced.values = replaceList(expression.values, replacements);
    if (expression.cel !== undefined) replaced.cel = replaceText(expression.cel, replacements);
    return replaced;
  });
}
