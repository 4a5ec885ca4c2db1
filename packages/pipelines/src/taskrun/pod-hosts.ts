import type { PodTemplate } from '@assay/tekton';
import type { AttemptPlan } from './attempt.ts';

/** What a podTemplate says about names: `hostAliases`; `dnsConfig`, which replaces the network's resolver only when it names others. */
export function podHosts(podTemplate: PodTemplate | undefined): NonNullable<AttemptPlan['hosts']> {
  const { hostAliases, dnsConfig } = podTemplate ?? {};
  const { nameservers, searches, options } = (dnsConfig ?? {}) as {
    nameservers?: string[];
    searches?: string[];
    options?: { name?: string; value?: string }[];
  };
  // The resolver of a pod's own network is one name server among others.
  const own = podTemplate?.dnsPolicy === 'None' ? [] : ['10.0.2.3'];
  const lines = (texts: unknown[] = []) => texts.map(String).filter((text) => !/[\s#;]/.test(text));
  return {
    ...(hostAliases?.length && {
      hostAliases: hostAliases.map(({ ip, hostnames = [] }) => ({
        ip: lines([ip])[0] ?? '0.0.0.0',
        hostnames: lines(hostnames),
      })),
    }),
    ...((nameservers?.length || searches?.length || options?.length) && {
      dns: {
        nameservers: [...lines(nameservers), ...own],
        searches: lines(searches),
        options: lines(options?.map(({ name, value }) => (value === undefined ? name : `${name}:${value}`))),
      },
    }),
  };
}
