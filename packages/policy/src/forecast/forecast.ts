import {
  type ImageRun,
  type ImageRunOptions,
  judgePrepared,
  openImageRun,
  type PreparedImage,
  prepareImage,
} from '../judge/image-run.ts';
import type { Judgement } from '../judge/judge-input.ts';
import type { LoadedPolicy } from '../judge/load-policy.ts';
import { codeOf, type RuleResult, textsOf } from '../results/rule-info.ts';
import { changePoints, datesIn } from './change-points.ts';

export interface ForecastOptions extends ImageRunOptions {
  from: Date;
  until: Date;
  /** Told after each image. */
  onJudged?: (done: number, total: number) => void;
}

/** A violation that comes or goes. */
export interface ForecastChange {
  at: Date;
  kind: 'denied' | 'resolved';
  code: string;
  term?: string;
  msg: string;
}

export interface ImageForecast {
  name: string;
  containerImage: string;
  /** The verdict at the beginning. */
  passes: boolean;
  /** When it is denied for the first time, where it passes at the beginning. */
  deniedFrom?: Date;
  changes: ForecastChange[];
}

export interface Forecast {
  from: Date;
  until: Date;
  /** How many moments were looked at after the first. */
  moments: number;
  images: ImageForecast[];
}

/**
 * Says what will be denied when, if images, policy and data stay as they are: judges each image at every moment at which a date in the policy
 * passes. Evidence is gathered once.
 * @throws PolicyError as {@link judgeImages} does
 */
export async function forecastImages(policy: LoadedPolicy, options: ForecastOptions): Promise<Forecast> {
  const { from, until } = options;
  const run = await openImageRun(policy, options, from);
  const general = changePoints(policy, from, until);
  const moments = new Set<number>();
  const images: ImageForecast[] = [];
  for (const component of run.components) {
    const prepared = await prepareImage(component, run);
    images.push(await forecastImage(prepared, run, general, until, moments));
    options.onJudged?.(images.length, run.components.length);
  }
  return { from, until, moments: moments.size, images };
}

async function forecastImage(
  prepared: PreparedImage,
  run: ImageRun,
  general: readonly Date[],
  until: Date,
  moments: Set<number>,
): Promise<ImageForecast> {
  let before = await judgePrepared(prepared, run, run.now);
  const first = before;
  const changes: ForecastChange[] = [];
  for (const at of momentsOf(general, first, run.now, until)) {
    moments.add(at.getTime());
    const after = await judgePrepared(prepared, run, at);
    changes.push(...differences(before.violations, after.violations, at));
    before = after;
  }
  const passes = first.violations.length === 0;
  const denied = changes.find(({ kind }) => kind === 'denied');
  return {
    name: prepared.component.name,
    containerImage: prepared.evidence.reference,
    passes,
    ...(passes && denied && { deniedFrom: denied.at }),
    changes,
  };
}

/** With the dates that only the results of this image name. */
function momentsOf(general: readonly Date[], { warnings }: Judgement, from: Date, until: Date): Date[] {
  const times = new Set(general.map((at) => at.getTime()));
  datesIn(
    warnings.map(({ metadata }) => metadata),
    (text) => {
      const time = typeof text === 'string' ? Date.parse(text) + 1000 : Number.NaN;
      if (time > from.getTime() && time <= until.getTime()) times.add(time);
    },
  );
  return [...times].sort((a, b) => a - b).map((time) => new Date(time));
}

function differences(
  before: readonly RuleResult[],
  after: readonly RuleResult[],
  at: Date,
): ForecastChange[] {
  const changed = (
    of: readonly RuleResult[],
    against: readonly RuleResult[],
    kind: ForecastChange['kind'],
  ) => {
    const known = new Set(against.map(keyOf));
    return of
      .filter((result) => !known.has(keyOf(result)))
      .map((result): ForecastChange => {
        const [term] = textsOf(result, 'term');
        return { at, kind, code: codeOf(result), ...(term !== undefined && { term }), msg: result.msg };
      });
  };
  return [...changed(after, before, 'denied'), ...changed(before, after, 'resolved')];
}

/** Messages name dates and references that change; a rule and its term stay. */
function keyOf(result: RuleResult): string {
  const code = codeOf(result);
  return code === '' ? result.msg : JSON.stringify([code, textsOf(result, 'term')]);
}
