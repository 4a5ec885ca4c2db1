import type { ResourceLimits } from '@assay/sandbox';
import type { ResourceRequirements } from '@assay/tekton';
import { CannotStart } from './cannot-start.ts';

const factors: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
  Ei: 1024 ** 6,
};

/**
 * The value of a Kubernetes quantity (`500m`, `64Mi`, `1.5`, `2e3`).
 * @throws CannotStart when it is none
 */
export function parseQuantity(quantity: string | number): number {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(
    String(quantity),
  );
  if (!match) {
    throw new CannotStart(
      'PodCreationFailed',
      `quantities must match the regular expression of Kubernetes: "${quantity}"`,
    );
  }
  return Number(match[1]) * factors[match[2] ?? '']!;
}

/** What a container may use at most; requests mean nothing on one machine. */
export function containerLimits(requirements: ResourceRequirements | undefined): ResourceLimits {
  const { memory, cpu } = requirements?.limits ?? {};
  return {
    ...(memory !== undefined && { memoryBytes: Math.ceil(parseQuantity(memory)) }),
    ...(cpu !== undefined && { cpuMillis: Math.ceil(parseQuantity(cpu) * 1000) }),
  };
}
