import { quoteTerm } from '../../values/term-text.ts';
import { fault } from '../operands.ts';
import { compileRegex, type Regex } from './engine.ts';

/**
 * A text in which regular expressions stand between delimiters (`urn:foo:{.*}`), as one regular expression for the whole. Delimiters
 * nest. Throws a fault when they are unbalanced, `RegexError` when an expression is not one.
 */
export function compileTemplate(template: string, open: string, close: string): Regex {
  let pattern = '^';
  let level = 0;
  let from = 0;
  for (let at = 0; at < template.length; at += 1) {
    const char = template[at];
    if (char === open) {
      level += 1;
      if (level === 1) {
        pattern += quoteMeta(template.slice(from, at));
        from = at + 1;
      }
    } else if (char === close) {
      level -= 1;
      if (level < 0) break;
      if (level === 0) {
        const inner = template.slice(from, at);
        compileRegex(`^${inner}$`);
        pattern += `(${inner})`;
        from = at + 1;
      }
    }
  }
  if (level !== 0) throw fault(`unbalanced braces in ${quoteTerm(template)}`);
  return compileRegex(`${pattern}${quoteMeta(template.slice(from))}$`);
}

/** The text as a pattern that matches just it. */
export function quoteMeta(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}
