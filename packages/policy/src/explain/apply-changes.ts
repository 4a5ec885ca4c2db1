import { isScalar, parseAllDocuments, visit } from 'yaml';
import { PolicyError } from '../error.ts';
import type { TaskChange } from './explanation.ts';

/**
 * Writes changed task references into the YAML of a pipeline; comments and layout stay.
 * @param place names the text in errors
 * @returns the new text, and the changes that found nothing to change
 * @throws PolicyError InvalidInput
 */
export function applyTaskChanges(
  text: string,
  changes: readonly TaskChange[],
  place: string,
): { text: string; applied: TaskChange[]; missed: TaskChange[] } {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return { text, applied: [], missed: [...changes] };
  const [error] = documents.flatMap(({ errors }) => errors);
  if (error) throw new PolicyError('InvalidInput', `${place}: ${error.message.trim()}`, { cause: error });
  const edits: { start: number; end: number; to: string }[] = [];
  const applied = new Set<TaskChange>();
  for (const document of documents) {
    visit(document, {
      Scalar: (key, node) => {
        if (key === 'key' || !isScalar(node) || typeof node.value !== 'string' || !node.range) return;
        const change = changes.find(({ from }) => from !== '' && node.value === from);
        if (!change) return;
        applied.add(change);
        edits.push({ start: node.range[0], end: node.range[1], to: quotedAs(node.type, change.to) });
      },
    });
  }
  let result = text;
  for (const { start, end, to } of edits.sort((a, b) => b.start - a.start))
    result = result.slice(0, start) + to + result.slice(end);
  return {
    text: result,
    applied: changes.filter((change) => applied.has(change)),
    missed: changes.filter((change) => !applied.has(change)),
  };
}

/** References need no quotes, but keep those they had. */
function quotedAs(type: string | undefined, text: string): string {
  if (type === 'QUOTE_DOUBLE') return `"${text}"`;
  return type === 'QUOTE_SINGLE' ? `'${text}'` : text;
}
