import { KubeError } from '@assay/kube';
import { releaseLabels } from './labels.ts';

const longestLabel = 63;

/** A user's name as a label's value: colons become `_`, the first `@` a dot, and whatever else a label may not hold `_`. */
export function authorLabelOf(username: string): string {
  const value = username.replace('@', '.').replace(/[^\w.-]/g, '_');
  return value
    .replace(/^[_.-]+/, '')
    .slice(0, longestLabel)
    .replace(/[_.-]+$/, '');
}

type Labels = Record<string, string>;

/**
 * The labels of a Release with its author: who creates it, whatever they say. One made automatically has none: it goes by its
 * plan, and only the gate makes such. From anybody else the label that says so is taken off, or they would act in the name of the
 * plan's author.
 * @throws KubeError BadRequest when an update would change the author
 */
export function withReleaseAuthor(labels: Labels = {}, old: Labels | undefined, requester: string): Labels {
  if (old) {
    if (labels[releaseLabels.author] === old[releaseLabels.author]) return labels;
    throw new KubeError('BadRequest', 'release author label cannot be updated', {
      hint: 'the author is whoever created the Release; create another one',
    });
  }
  const { [releaseLabels.author]: _, ...own } = labels;
  if (labels[releaseLabels.automated] === 'true' && requester === 'gate') return own;
  const { [releaseLabels.automated]: __, ...rest } = own;
  return { ...rest, [releaseLabels.author]: authorLabelOf(requester) };
}

/** The labels of a ReleasePlan: with standing attribution, who gave it is its author, and stays so. */
export function withPlanAuthor(labels: Labels = {}, old: Labels | undefined, requester: string): Labels {
  const { [releaseLabels.author]: claimed, ...rest } = labels;
  if (labels[releaseLabels.standingAttribution] !== 'true') return rest;
  const own = authorLabelOf(requester);
  const stands = old?.[releaseLabels.standingAttribution] === 'true' && claimed !== own;
  const author = (stands && old?.[releaseLabels.author]) || own;
  return { ...rest, [releaseLabels.author]: author };
}
