import type { BuiltinContext } from '../builtin.ts';
import type { MatchIndexes, Regex } from './engine.ts';

type Spending = Pick<BuiltinContext, 'spend' | 'checkText'>;

/** Successive matches without overlaps, at most `limit` of them (all when it is negative), chosen as Go's `FindAll` does. */
export function findAll(regex: Regex, text: string, limit: number, context: Spending): MatchIndexes[] {
  const matches: MatchIndexes[] = [];
  let previousEnd = -1;
  for (let at = 0; at <= text.length && (limit < 0 || matches.length < limit); ) {
    const match = regex.find(text, at);
    if (!match) break;
    context.spend(regex.groupNames.length);
    const [start, end] = match as [number, number];
    const accepted = end !== at || start !== previousEnd;
    at = end === at ? end + widthAt(text, end) : end;
    previousEnd = end;
    if (accepted) matches.push(match);
  }
  return matches;
}

/** The text with every match replaced by the template, in which `$1`, `${1}` and `${name}` stand for groups and `$$` for a dollar. */
export function replaceMatches(regex: Regex, text: string, template: string, context: Spending): string {
  const parts = parseTemplate(template);
  let out = '';
  let lastEnd = 0;
  for (let at = 0; at <= text.length; ) {
    const match = regex.find(text, at);
    if (!match) break;
    context.spend(1);
    const [start, end] = match as [number, number];
    out += text.slice(lastEnd, start);
    if (end > lastEnd || start === 0) out += expand(regex, text, match, parts);
    context.checkText?.(out.length);
    lastEnd = end;
    if (at + widthAt(text, at) > end) at += widthAt(text, at);
    else at = Math.max(at + 1, end);
  }
  return out + text.slice(lastEnd);
}

/** The parts of the text between the matches. */
export function splitAt(regex: Regex, text: string, pattern: string, context: Spending): string[] {
  if (pattern !== '' && text === '') return [''];
  const parts: string[] = [];
  let begin = 0;
  let end = 0;
  for (const match of findAll(regex, text, -1, context)) {
    end = match[0]!;
    if (match[1] !== 0) parts.push(text.slice(begin, end));
    begin = match[1]!;
  }
  if (end !== text.length) parts.push(text.slice(begin));
  return parts;
}

/** What a group matched, empty when it took no part. */
export function groupText(text: string, match: MatchIndexes, group: number): string {
  const start = match[group * 2];
  return start === undefined || start < 0 ? '' : text.slice(start, match[group * 2 + 1]);
}

/** How many UTF-16 units the character takes. */
function widthAt(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

type TemplatePart = string | { group: string };

function parseTemplate(template: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let last = 0;
  for (const match of template.matchAll(/\$(?:(\$)|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu)) {
    parts.push(template.slice(last, match.index));
    last = match.index + match[0].length;
    if (match[1]) parts.push('$');
    else parts.push({ group: match[2] ?? match[3]! });
  }
  parts.push(template.slice(last));
  return parts;
}

function expand(regex: Regex, text: string, match: MatchIndexes, parts: readonly TemplatePart[]): string {
  let out = '';
  for (const part of parts) {
    if (typeof part === 'string') out += part;
    else if (/^[0-9]+$/.test(part.group)) out += groupText(text, match, Number(part.group));
    else {
      const group = regex.groupNames.findIndex(
        (name, index) => index > 0 && name === part.group && match[index * 2]! >= 0,
      );
      if (group > 0) out += groupText(text, match, group);
    }
  }
  return out;
}
