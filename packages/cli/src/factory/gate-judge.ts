import { type Client, isKubeError, Secrets } from '@assay/kube';
import type { ContentStore } from '@assay/oci';
import {
  codeOf,
  createSourceLoader,
  PolicyError,
  type PolicySpec,
  policyDigest,
  type Report,
  validateImage,
} from '@assay/policy';
import type { Judge, Judgement, ReleaseViolation } from '@assay/release';

export interface GateJudgeOptions {
  /** For keys that policies name as `k8s://namespace/name`. */
  client: Client;
  store(repository: string): ContentStore;
}

/** The policy engine as the gate asks it: no local files, and whatever cannot be decided is no. */
export function createGateJudge({ client, store }: GateJudgeOptions): Judge {
  return {
    async judge({ snapshot, policy, time }) {
      const policySha256 = policyDigest(policy, time);
      try {
        const report = await validateImage({
          snapshot: snapshotSpec(snapshot.spec),
          policy: await withKey(policy, client),
          store,
          loader: createSourceLoader({ store, files: false }),
          effectiveTime: time,
          now: () => time,
        });
        const violations = violationsOf(report);
        const passed = report.success && violations.length === 0;
        return { result: passed ? 'passed' : 'denied', violations, policySha256 };
      } catch (error) {
        if (!(error instanceof PolicyError)) throw error;
        return undecided(error, policySha256);
      }
    },
  };
}

function undecided({ message, hint }: PolicyError, policySha256: string): Judgement {
  const problem = hint === undefined ? message : `${message} (${hint})`;
  return { result: 'undecided', problem, violations: [], policySha256 };
}

type Snapshotted = Parameters<typeof validateImage>[0]['snapshot'];

function snapshotSpec(spec: {
  application: string;
  components?: { name: string; containerImage: string; source?: object }[];
}): Snapshotted {
  return {
    application: spec.application,
    components: (spec.components ?? []).map(({ name, containerImage, source }) => ({
      name,
      containerImage,
      source: { ...source },
    })),
  };
}

/** What refused each component, with what to do about it: the change, where the policy's data tell one. */
function violationsOf({ components }: Report): ReleaseViolation[] {
  return components.flatMap(({ name, containerImage, violations, explanations = [] }) =>
    violations.map((violation) => {
      const code = codeOf(violation);
      const explained = explanations.find((one) => one.code === code && one.fact === violation.msg);
      return {
        component: name,
        image: containerImage,
        code,
        message: violation.msg,
        ...(explained && { solution: explained.advice }),
      };
    }),
  );
}

const keyReference = /^k8s:\/\/([^/]+)\/([^/]+)$/;
const keyField = 'cosign.pub';

/** The policy with its key in place of a reference to a Secret, as cosign writes those. */
async function withKey(policy: PolicySpec, client: Client): Promise<PolicySpec> {
  const [, namespace, name] = keyReference.exec(policy.publicKey ?? '') ?? [];
  if (namespace === undefined || name === undefined) return policy;
  try {
    const { data } = await client.get(Secrets, namespace, name);
    const encoded = data?.[keyField];
    if (encoded) return { ...policy, publicKey: Buffer.from(encoded, 'base64').toString('utf8') };
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error;
  }
  throw new PolicyError('InvalidPolicy', `the key ${policy.publicKey} is not there`, {
    hint: `a Secret ${name} in namespace ${namespace} with the field ${keyField} holds it`,
  });
}
