export { type Child, type ChildKind, childResource as childResourceOf } from './child.ts';
export type { WatchedChildren } from './children.ts';
export type { PipelineRunControllerOptions } from './controller.ts';
export { createPipelineRunController } from './controller.ts';
export { rerunAnnotation, reuseAnnotation } from './reuse.ts';
