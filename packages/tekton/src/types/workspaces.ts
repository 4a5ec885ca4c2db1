import type { z } from 'zod';
import { flag, shape, text } from './shape.ts';
import {
  claimVolumeSchema,
  configMapVolumeSchema,
  csiVolumeSchema,
  emptyDirSchema,
  projectedVolumeSchema,
  secretVolumeSchema,
  volumeClaimTemplateSchema,
} from './volumes.ts';

/** A Task's demand for a directory. */
export const workspaceDeclarationSchema = shape(
  { name: text },
  { description: text, mountPath: text, readOnly: flag, optional: flag },
);
export type WorkspaceDeclaration = z.infer<typeof workspaceDeclarationSchema>;

/** A Pipeline's declaration of a workspace its tasks share. */
export const pipelineWorkspaceSchema = shape({ name: text }, { description: text, optional: flag });
export type PipelineWorkspaceDeclaration = z.infer<typeof pipelineWorkspaceSchema>;

/** How a PipelineTask passes a Pipeline's workspace on; `workspace` defaults to `name`. */
export const workspacePipelineTaskBindingSchema = shape({ name: text }, { workspace: text, subPath: text });
export type WorkspacePipelineTaskBinding = z.infer<typeof workspacePipelineTaskBindingSchema>;

/** What a run puts behind a workspace: exactly one of the volume fields. */
export const workspaceBindingSchema = shape(
  { name: text },
  {
    subPath: text,
    volumeClaimTemplate: volumeClaimTemplateSchema,
    persistentVolumeClaim: claimVolumeSchema,
    emptyDir: emptyDirSchema,
    configMap: configMapVolumeSchema,
    secret: secretVolumeSchema,
    projected: projectedVolumeSchema,
    csi: csiVolumeSchema,
  },
);
export type WorkspaceBinding = z.infer<typeof workspaceBindingSchema>;

/** A step or sidecar that alone sees a workspace, optionally at a path of its own. */
export const workspaceUsageSchema = shape({ name: text }, { mountPath: text });
export type WorkspaceUsage = z.infer<typeof workspaceUsageSchema>;
