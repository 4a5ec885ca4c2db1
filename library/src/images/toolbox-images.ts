import { staticBase } from '../../images/static.ts';
import { toolbox } from '../../images/toolbox.ts';
import { toolboxGo } from '../../images/toolbox-go.ts';
import type { ImageRecipe } from './recipe.ts';

export type ToolboxImageName = 'toolbox' | 'toolbox-go' | 'static';

/** The factory's own images, by name. */
export const toolboxImages: Record<ToolboxImageName, ImageRecipe> = {
  toolbox,
  'toolbox-go': toolboxGo,
  static: staticBase,
};
