import type { AnnotationBlock } from '../syntax/ast.ts';

/** A block in the form `rego.metadata` and JSON show it: without its location and without what is empty. */
export function annotationObject(block: AnnotationBlock): Record<string, unknown> {
  const { location: _, ...fields } = block;
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept);
}
