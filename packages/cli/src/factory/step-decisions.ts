import { type ApiServer, KubeError, type ObjectKey } from '@assay/kube';
import type { Decision, TaskRunController } from '@assay/pipelines';
import type { Home } from '../home.ts';
import { postToFactory } from './factory-call.ts';

/** Where it is said how a TaskRun goes on whose step stands still; the right to `post` the path is needed. */
const decisionPath = '/assay/v1/step-decision';

type StepDecision = ObjectKey & { decision: Decision };

/** @param taskRuns undefined until the runner has started */
export function addStepDecisions(api: ApiServer, taskRuns: () => TaskRunController | undefined): void {
  api.app.post(decisionPath, async (request) => {
    const { namespace, name, decision } = (request.body ?? {}) as Partial<StepDecision>;
    if (!namespace || !name || (decision !== 'continue' && decision !== 'fail')) {
      throw new KubeError('BadRequest', 'namespace, name and a decision, continue or fail, are needed');
    }
    taskRuns()?.release({ namespace, name }, decision);
    return {};
  });
}

/**
 * Has a step that stands still at a breakpoint go on, or fail.
 * @throws CliError FactoryNotRunning
 */
export async function decideStep(home: Pick<Home, 'run'>, key: ObjectKey, decision: Decision): Promise<void> {
  await postToFactory(home, decisionPath, { ...key, decision } satisfies StepDecision);
}
