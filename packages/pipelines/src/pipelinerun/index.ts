export type { PipelineRunControllerOptions } from './controller.ts';
export { createPipelineRunController } from './controller.ts';
